# SPDX-License-Identifier: Apache-2.0
# Writes a C file with the bytes of files, for page.c: cmake -DFOLDER=app/page -DOUT=page_files.c -P embed.cmake
# A file's mark (ETag) is the beginning of its SHA-256, so it changes when the file does.
file(GLOB found RELATIVE ${FOLDER} ${FOLDER}/*)
list(SORT found)
set(text "/* Written by scripts/embed.cmake. */\n#include \"server/page.h\"\n\n")
set(rows "")
set(number 0)
foreach(name ${found})
    file(READ ${FOLDER}/${name} bytes HEX)
    file(SHA256 ${FOLDER}/${name} mark)
    string(SUBSTRING ${mark} 0 24 mark)
    string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
    string(APPEND text "static const unsigned char file${number}[] = {\n${bytes}};\n")
    string(APPEND rows
        "    {\"${name}\", \"\\\"${mark}\\\"\", file${number}, sizeof file${number}},\n")
    math(EXPR number "${number} + 1")
endforeach()
string(APPEND text "\nconst struct page_file page_files[] = {\n${rows}    {0},\n};\n")
file(WRITE ${OUT} "${text}")
