/* SPDX-License-Identifier: Apache-2.0 */
/* What goes into a drawing: words and pictures. */
#include "cli/draw.h"
#include "cli/input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PROMPTS_LIMIT = 16 << 20, PICTURE_LIMIT = 256 << 20, PICTURES_MOST = 1000000 };

/* Lines without the spaces around them; empty ones and those that begin with # are left out. */
static int split_lines(struct draw_work *w)
{
    int lines = 1;
    for (const char *p = w->text; *p; p++)
        lines += *p == '\n';
    w->prompt = calloc((size_t)lines, sizeof *w->prompt);
    if (!w->prompt)
        return EXIT_INTERNAL;
    char *line = w->text, *rest = NULL;
    if (strncmp(line, "\xef\xbb\xbf", 3) == 0)
        line += 3;
    for (line = strtok_r(line, "\r\n", &rest); line; line = strtok_r(NULL, "\r\n", &rest)) {
        line += strspn(line, " \t");
        for (size_t n = strlen(line); n > 0 && strchr(" \t", line[n - 1]); n--)
            line[n - 1] = 0;
        if (*line && *line != '#')
            w->prompt[w->prompts++] = line;
    }
    if ((long long)w->prompts * w->request.count > PICTURES_MOST)
        return usage_error(w->args->command, "more than %d pictures in one run", PICTURES_MOST);
    if (w->prompts > 0)
        return EXIT_DONE;
    complain("there is no prompt in %s",
        strcmp(w->request.file, "-") == 0 ? "standard input" : w->request.file);
    return EXIT_INPUT;
}

static int one_prompt(struct draw_work *w)
{
    w->prompt = calloc(1, sizeof *w->prompt);
    w->prompts = 1;
    if (!w->prompt || !w->text)
        return EXIT_INTERNAL;
    w->prompt[0] = w->text;
    return EXIT_DONE;
}

int draw_read_prompts(struct draw_work *w)
{
    const struct args *a = w->args;
    const char *before = json_string_value(json_object_get(w->again, "prompt"));
    size_t n = 1, used = 0;
    if (w->request.file && a->count)
        return usage_error(a->command, "give a prompt or --file, not both");
    if (a->count == 1 && strcmp(a->arg[0], "-") == 0)
        w->request.file = "-";
    if (w->request.file) {
        int code = input_whole(w->request.file, PROMPTS_LIMIT, &w->text, &n);
        if (!code && strlen(w->text) != n) {
            complain("%s is not text: it holds a zero byte", w->request.file);
            code = EXIT_INPUT;
        }
        return code ? code : split_lines(w);
    }
    if (a->count == 0 && before) {
        w->text = strdup(before);
        return one_prompt(w);
    }
    if (a->count == 0)
        return usage_error(
            a->command, "say what to draw, or give -f FILE, or - for standard input");
    for (int i = 0; i < a->count; i++)
        n += strlen(a->arg[i]) + 1;
    w->text = calloc(1, n);
    for (int i = 0; w->text && i < a->count; i++)
        used += (size_t)snprintf(w->text + used, n - used, "%s%s", i ? " " : "", a->arg[i]);
    return one_prompt(w);
}

static int read_reference(struct reference *r, const char *path)
{
    char *data;
    size_t bytes;
    struct sha sha;
    struct ih_error e;
    int code = input_whole(path, PICTURE_LIMIT, &data, &bytes);
    if (code)
        return code;
    r->path = path;
    if (!sha256_init(&sha)) {
        free(data);
        complain("not enough memory for %s", path);
        return EXIT_INTERNAL;
    }
    sha_update(&sha, data, bytes);
    sha_hex(&sha, r->sha256);
    sha_free(&sha);
    enum ih_status status = ih_picture_read(&r->picture, data, bytes, &e);
    free(data);
    if (status)
        complain("%s: %s", path, e.text);
    return status == IH_NO_MEMORY ? EXIT_INTERNAL : status ? EXIT_INPUT : EXIT_DONE;
}

/* A reference of a picture that is drawn again must be the one that it was. */
static int check_same(const struct reference *r, const json_t *then)
{
    const char *sha256 = json_string_value(json_object_get(then, "sha256"));
    if (!sha256 || strcmp(sha256, r->sha256) == 0)
        return EXIT_DONE;
    complain("%s is not the picture that was used: its SHA-256 is not %s", r->path, sha256);
    return EXIT_INPUT;
}

/* Looks for what a note names beside the picture with the note, then here. */
static int find_again(struct draw_work *w, int slot, const json_t *then, struct reference *out)
{
    const char *name = json_string_value(json_object_get(then, "name"));
    const char *again = w->request.again, *slash = strrchr(again, '/');
    name = name && !strchr(name, '/') ? name : "";
    size_t n = strlen(again) + strlen(name) + 2;
    char *path = w->found[slot] = malloc(n);
    if (!path)
        return EXIT_INTERNAL;
    snprintf(path, n, "%.*s%s", slash ? (int)(slash - again) + 1 : 0, again, name);
    if (access(path, R_OK) != 0)
        snprintf(path, n, "%s", name);
    if (!*name || access(path, R_OK) != 0) {
        complain("%s was drawn with the picture '%s', which is not here; give it with --image",
            again, name);
        return EXIT_INPUT;
    }
    int code = read_reference(out, path);
    return code ? code : check_same(out, then);
}

static int add_image(struct draw_work *w, const char *path, const json_t *then)
{
    if (w->images == REFERENCES_MOST)
        return usage_error(w->args->command, "more than %d pictures to go by", REFERENCES_MOST);
    struct reference *r = &w->image[w->images];
    int code = path ? read_reference(r, path) : find_again(w, w->images, then, r);
    if (!code)
        w->picture[w->images++] = r->picture;
    return code;
}

int draw_read_references(struct draw_work *w)
{
    const struct args *a = w->args;
    const json_t *then = json_object_get(w->again, "references");
    const json_t *mask = json_object_get(w->again, "mask");
    int code = EXIT_DONE;
    for (int i = 0; i < a->given && !code; i++)
        if (strcmp(a->flag[i].name, "image") == 0)
            code = add_image(w, a->flag[i].value, NULL);
    for (size_t i = 0; w->request.image == NULL && i < json_array_size(then) && !code; i++)
        code = add_image(w, NULL, json_array_get(then, i));
    if (!code && w->request.mask)
        code = read_reference(&w->mask, w->request.mask);
    else if (!code && mask && !w->request.image)
        code = find_again(w, REFERENCES_MOST, mask, &w->mask);
    w->request.draw.image = w->picture;
    w->request.draw.images = w->images;
    w->request.draw.mask = w->mask.picture.rgb ? &w->mask.picture : NULL;
    return code;
}
