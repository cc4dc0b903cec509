/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a final text: sound or a picture, by the commands that make them. */
#include "cli/review.h"
#include "inhouse/audio.h"
#include "inhouse/picture.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char *ending(const char *path)
{
    const char *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');
    return dot && dot[1] ? dot + 1 : "";
}

int review_check_further(const struct args *a, const char *speak, const char *draw)
{
    struct ih_error e = {0};
    if (speak && !ih_audio_format_find(ending(speak), &e))
        return usage_error(a->command, "--speak %.200s: %s", speak, e.text);
    if (draw && !ih_picture_format_find(ending(draw), &e))
        return usage_error(a->command, "--draw %.200s: %s", draw, e.text);
    int code = speak ? panel_try(speak) : EXIT_DONE;
    return code || !draw ? code : panel_try(draw);
}

static int run_other(const char *name, const char *text, const char *path, bool quiet)
{
    const char *arg[] = {text};
    struct given given[] = {{"output", path}, {"quiet", NULL}};
    struct args args = {.command = command_find(name),
        .count = 1,
        .arg = arg,
        .given = quiet ? 2 : 1,
        .flag = given};
    return args.command->run(&args);
}

/* "[1]" and "[1, 2]" are for readers. */
static size_t citation(const char *text)
{
    size_t n = 1;
    bool digit = false;
    if (*text != '[')
        return 0;
    for (; isdigit((unsigned char)text[n]) || (text[n] && strchr(", -;", text[n])); n++)
        digit = digit || isdigit((unsigned char)text[n]);
    return digit && text[n] == ']' ? n + 1 : 0;
}

int review_speak(const char *text, const char *path, bool quiet)
{
    char *plain = calloc(1, strlen(text) + 2);
    size_t n = 1, cut;
    if (!plain) {
        complain("not enough memory");
        return EXIT_INTERNAL;
    }
    /* What begins with a blank is no SSML, and is not taken for a flag or a file. */
    plain[0] = ' ';
    for (const char *p = text; *p; p += cut ? cut : 1) {
        cut = citation(p);
        while (cut && n > 1 && plain[n - 1] == ' ')
            n--;
        if (!cut)
            plain[n++] = *p;
    }
    int code = run_other("speak", plain, path, quiet);
    free(plain);
    return code;
}

/* One line, as prompts are. */
int review_draw(const char *text, const char *path, bool quiet)
{
    char *line = calloc(1, strlen(text) + 2);
    if (!line) {
        complain("not enough memory");
        return EXIT_INTERNAL;
    }
    strcpy(line, text);
    for (char *p = line; *p; p++)
        *p = strchr("\r\n\t", *p) ? ' ' : *p;
    if (strcmp(line, "-") == 0)
        strcat(line, " ");
    int code = run_other("draw", line, path, quiet);
    free(line);
    return code;
}
