/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/input.h"

#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int input_whole(const char *path, size_t limit, char **out, size_t *bytes)
{
    bool standard = strcmp(path, "-") == 0;
    const char *name = standard ? "standard input" : path;
    size_t room = 1 << 16, n = 0, got = 1;
    struct stat st;
    FILE *f = standard ? stdin : fopen(path, "rb");
    char *text = f ? malloc(room + 1) : NULL;
    int error = f ? 0 : errno;
    if (f && fstat(fileno(f), &st) == 0 && S_ISDIR(st.st_mode))
        error = EISDIR;
    while (!error && text && got > 0 && n <= limit) {
        if (n == room) {
            char *grown = realloc(text, 2 * room + 1);
            if (!grown)
                error = ENOMEM;
            text = grown ? grown : text;
            room *= grown ? 2 : 1;
        }
        got = error ? 0 : fread(text + n, 1, room - n, f);
        n += got;
        error = ferror(f) ? errno : error;
    }
    if (f && !standard)
        fclose(f);
    if (!error && text && n <= limit) {
        text[n] = 0;
        *out = text;
        *bytes = n;
        return EXIT_DONE;
    }
    free(text);
    if (n > limit)
        complain("%s is larger than %zu MB", name, limit >> 20);
    else
        complain("%s cannot be read: %s", name, strerror(error ? error : ENOMEM));
    return EXIT_INPUT;
}
