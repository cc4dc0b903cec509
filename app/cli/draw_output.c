/* SPDX-License-Identifier: Apache-2.0 */
/* Names of pictures, and their files. */
#include "cli/draw.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_folder(const char *path)
{
    struct stat st;
    size_t n = strlen(path);
    return (n > 0 && path[n - 1] == '/') || (stat(path, &st) == 0 && S_ISDIR(st.st_mode));
}

/* The ending of a path's last part without its dot, or null. */
static const char *ending(const char *path)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    const char *dot = strrchr(base, '.');
    return dot && dot > base && dot[1] ? dot + 1 : NULL;
}

static int choose_format(struct draw_work *w, const char *file)
{
    struct ih_error e;
    const char *name = w->request.format;
    if (!name && file && !(name = ending(file)))
        return usage_error(w->args->command,
            "%.300s has no ending that names a format; give --format png, jpeg or webp", file);
    w->format = ih_picture_format_find(name ? name : "png", &e);
    return w->format ? EXIT_DONE : usage_error(w->args->command, "%s", e.text);
}

bool draw_path(const struct draw_work *w, int i, char path[PATH_MAX])
{
    int n;
    if (w->prompts * w->request.count > 1)
        n = snprintf(path, PATH_MAX, "%s-%03d.%s", w->stem, i + 1, w->suffix);
    else
        n = snprintf(path, PATH_MAX, "%s.%s", w->stem, w->suffix);
    return n > 0 && n < PATH_MAX;
}

/* drawing.png, or drawing-2.png where that is there: a name nobody chose overwrites nothing. */
static int choose_name(struct draw_work *w, const char *folder)
{
    char path[PATH_MAX];
    size_t n = strlen(folder);
    const char *slash = n > 0 && folder[n - 1] != '/' ? "/" : "";
    snprintf(w->suffix, sizeof w->suffix, "%s", w->format->suffix);
    for (int i = 1; i < 10000; i++) {
        char number[16] = "";
        if (i > 1)
            snprintf(number, sizeof number, "-%d", i);
        int m = snprintf(w->stem, sizeof w->stem, "%s%sdrawing%s", folder, slash, number);
        if (m < 0 || (size_t)m >= sizeof w->stem || !draw_path(w, 0, path))
            break;
        if (w->request.resume || access(path, F_OK) != 0)
            return EXIT_DONE;
    }
    return usage_error(w->args->command, "there is no name for the picture; choose one with -o");
}

static int split_name(struct draw_work *w, const char *file)
{
    const char *end = ending(file);
    size_t n = end ? (size_t)(end - file) - 1 : strlen(file);
    if (n >= sizeof w->stem || (end && strlen(end) >= sizeof w->suffix))
        return usage_error(w->args->command, "the path is too long: %.80s...", file);
    memcpy(w->stem, file, n);
    w->stem[n] = 0;
    snprintf(w->suffix, sizeof w->suffix, "%s", end ? end : w->format->suffix);
    return EXIT_DONE;
}

/* Nothing is drawn when it cannot be written. */
static int try_output(const char *path)
{
    struct output o;
    struct ih_error e;
    if (output_file(&o, path, &e) == IH_OK) {
        output_discard(&o);
        return EXIT_DONE;
    }
    complain("%s", e.text);
    return e.code == IH_INVALID ? EXIT_USAGE : EXIT_OUTPUT;
}

static int choose_place(struct draw_work *w)
{
    const char *file = w->request.output;
    bool several = w->prompts * w->request.count > 1;
    bool standard = file && strcmp(file, "-") == 0;
    int code = choose_format(w, !file || standard || is_folder(file) ? NULL : file);
    if (code)
        return code;
    if (!file && w->request.sheet)
        return EXIT_DONE;
    w->to_stdout = standard || (!file && !several && !w->out.is_tty && !w->request.json);
    w->to_files = !w->to_stdout;
    if (w->to_stdout && several)
        return usage_error(w->args->command, "standard output takes one picture, not %d",
            w->prompts * w->request.count);
    if (w->to_stdout && w->request.json)
        return usage_error(
            w->args->command, "--json needs --output FILE: standard output is the picture");
    if (w->to_stdout)
        return EXIT_DONE;
    return file && !is_folder(file) ? split_name(w, file) : choose_name(w, file ? file : "");
}

/* --sheet and --preview-file go by their endings alone. */
static int check_other(struct draw_work *w, const char *file)
{
    struct ih_error e;
    const char *end = file ? ending(file) : NULL;
    if (!file)
        return EXIT_DONE;
    if (!end)
        return usage_error(w->args->command, "%.300s must end in .png, .jpg or .webp", file);
    if (!ih_picture_format_find(end, &e))
        return usage_error(w->args->command, "%s", e.text);
    return try_output(file);
}

int draw_choose_output(struct draw_work *w)
{
    char path[PATH_MAX];
    int code = choose_place(w);
    if (!code && w->to_files)
        code = draw_path(w, 0, path) ? try_output(path)
                                     : usage_error(w->args->command, "the path is too long");
    if (!code)
        code = check_other(w, w->request.sheet);
    return code ? code : check_other(w, w->request.preview_file);
}

int picture_write(const char *path, const struct ih_picture_format *format,
    const struct ih_picture *p, int quality, const char *note, struct ih_error *e)
{
    const char *end = path ? ending(path) : NULL;
    struct ih_picture_write_options o = {
        .format = format ? format->name : end, .quality = quality, .note = note};
    struct output out;
    uint8_t *data;
    size_t bytes;
    enum ih_status status = ih_picture_write(&data, &bytes, p, &o, e);
    if (status)
        return status == IH_NO_MEMORY ? EXIT_INTERNAL : EXIT_OUTPUT;
    if (path)
        status = output_file(&out, path, e);
    else
        output_stdout(&out);
    if (!status) {
        output_write(&out, data, bytes);
        status = output_commit(&out, e);
        if (!path && out.error)
            status = fail(e, IH_IO, "standard output cannot be written: %s", strerror(out.error));
    }
    ih_picture_bytes_free(&data);
    return !status ? EXIT_DONE : !path && out.error == EPIPE ? EXIT_PIPE : EXIT_OUTPUT;
}

int draw_write(struct draw_work *w, const char *path, const struct ih_picture *p, const char *note,
    struct ih_error *e)
{
    if (!w->to_files && !w->to_stdout)
        return EXIT_DONE;
    return picture_write(w->to_stdout ? NULL : path, w->format, p, w->request.quality, note, e);
}
