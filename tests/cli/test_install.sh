#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs into a new folder and uses the library from outside: test_install.sh PROGRAM SOURCE BUILD
set -euo pipefail
source=$2 build=$3
fail() { printf '%s\n' "$*" >&2; exit 1; }

prefix=$(mktemp -d "${TMPDIR:-/tmp}/inhouse-install-XXXXXX")
trap 'rm -rf "$prefix"' EXIT
cmake --install "$build" --prefix "$prefix" >"$prefix/log" 2>&1 || { cat "$prefix/log" >&2; fail "cmake --install failed"; }

pc=$(find "$prefix" -name inhouse.pc)
[ -n "$pc" ] || fail "no pkg-config file was installed"
export PKG_CONFIG_PATH=${pc%/*}
flags() { pkg-config --define-variable=prefix="$prefix" "$@" inhouse; }
library=$(flags --variable=libdir)
[ -e "$library/libinhouse.so" ] || fail "no libinhouse.so in $library"
[ "$("$prefix/bin/inhouse" --version | grep -oE '[0-9]+\.[0-9]+\.[0-9]+')" = "$(flags --modversion)" ] ||
    fail "the program and the pkg-config file differ in their version"

for written in man/man1/inhouse.1 bash-completion/completions/inhouse zsh/site-functions/_inhouse \
    fish/vendor_completions.d/inhouse.fish; do
    grep -q -- 'beam' "$prefix/share/$written" || fail "$written is not installed, or does not know --beam"
done

# Nothing but the public functions, and all of them.
exported=$(nm -D --defined-only "$library/libinhouse.so" | awk '$2 ~ /^[A-Z]$/ { sub(/@.*/, "", $3); print $3 }' |
    sort)
others=$(grep -v '^ih_' <<<"$exported" | grep -vE '^(_init|_fini|__asan|__ubsan|__odr_asan)' || true)
[ -z "$others" ] || fail "exported besides ih_*:" $others
declared=$(sed -E 's://.*::' "$prefix"/include/inhouse/*.h | tr '\n' ' ' | sed -E 's:/\*([^*]|\*[^/])*\*/: :g' |
    grep -oE '\bih_[a-z0-9_]+ *\(' | tr -d ' (' | sort -u)
missing=$(comm -23 <(printf '%s\n' "$declared") <(printf '%s\n' "$exported"))
[ -n "$declared" ] && [ -z "$missing" ] || fail "declared but not exported:" $missing

# What the tree was built with, such as sanitizers, the example needs too.
extra=$(sed -nE 's/^INHOUSE_SANITIZE:[^=]*=(.+)/-fsanitize=\1/p' "$build/CMakeCache.txt")
${CC:-cc} -std=c11 -Wall -Wextra -Werror $extra "$source/examples/transcribe.c" -o "$prefix/transcribe" \
    $(flags --cflags --libs)
${CC:-cc} -std=c11 -Wall -Wextra -Werror $extra "$source/examples/speak.c" -o "$prefix/speak" \
    $(flags --cflags --libs)
${CC:-cc} -std=c11 -Wall -Wextra -Werror $extra "$source/examples/draw.c" -o "$prefix/draw" \
    $(flags --cflags --libs)
if command -v c++ >/dev/null; then
    for header in "$prefix"/include/inhouse/*.h; do
        c++ -fsyntax-only -Wall -Wextra -Werror -x c++ $(flags --cflags) "$header"
    done
fi

# The example prints the same as the program.
model=$source/tests/data/whisper-tiny-multi80 sound=$source/tests/data/audio/tone.flac
export LD_LIBRARY_PATH=$library
"$prefix/transcribe" "$model" "$sound" >"$prefix/got"
[ -s "$prefix/got" ] || fail "the example printed nothing"
"$prefix/bin/inhouse" transcribe "$sound" --model "$model" --vad=off --format tsv 2>"$prefix/log" >"$prefix/want" ||
    { cat "$prefix/log" >&2; fail "the installed program failed"; }
diff <(awk '{ $1 = $2 = ""; print }' "$prefix/got" | tr -d ' \n') \
    <(tail -n +2 "$prefix/want" | cut -f 3- | tr -d ' \n') || fail "the example and the program differ"

if "$prefix/speak" "$model" 'Good morning.' "$prefix/sound.wav" 2>"$prefix/log"; then
    fail "the example speaks with a model that cannot"
fi
if [ -e "$source/models/voice-1/model.safetensors" ]; then
    "$prefix/speak" "$source/models/voice-1" 'Good morning.' "$prefix/sound.wav" || fail "the example does not speak"
    [ "$(stat -c %s "$prefix/sound.wav")" -gt 20000 ] || fail "the example says next to nothing"
fi

if "$prefix/transcribe" "$prefix" "$sound" 2>"$prefix/log"; then
    fail "the example accepted a folder without a model"
fi
grep -q "$prefix" "$prefix/log" || fail "the sentence does not name the folder: $(cat "$prefix/log")"
