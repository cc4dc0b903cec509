/* SPDX-License-Identifier: Apache-2.0 */
/* What a picture says of how it was made. */
#include "cli/draw.h"
#include "cli/input.h"
#include "cli/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PICTURE_LIMIT = 256 << 20 };

/* A note is written by anybody: what would move the cursor of a terminal is not printed. */
static void print_safe(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        bool high_control = c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0;
        if ((*c < 32 && *c != '\n' && *c != '\t') || *c == 127 || high_control)
            putchar('?');
        else
            putchar(*c);
        c += high_control;
    }
}

static void print_value(const struct terminal *t, const char *key, const json_t *value)
{
    char *text = NULL;
    printf("%s%-14s%s", style(t, STYLE_DIM), key, style_end(t));
    if (json_is_object(value) && json_string_value(json_object_get(value, "name"))) {
        print_safe(json_string_value(json_object_get(value, "name")));
    } else if (json_is_string(value)) {
        print_safe(json_string_value(value));
    } else if ((text = json_dumps(
                    value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(6)))) {
        print_safe(text);
    }
    free(text);
    putchar('\n');
}

static void print_note(const struct terminal *t, const char *text, json_t *note)
{
    const char *key;
    json_t *value, *item;
    size_t i;
    if (!note && text) {
        print_safe(text);
        putchar('\n');
    }
    if (!text)
        puts("it says nothing of how it was made");
    json_object_foreach(note, key, value)
    {
        if (strcmp(key, "task") == 0)
            continue;
        if (!json_is_array(value))
            print_value(t, key, value);
        json_array_foreach(value, i, item) print_value(t, "reference", item);
    }
}

static int show(const struct args *a, const char *path, struct screen *screen)
{
    struct terminal t;
    struct ih_picture p;
    struct ih_error e;
    struct output out;
    char *data, *text = NULL;
    size_t bytes;
    json_t *note = NULL;
    terminal_init(&t, stdout);
    int code = input_whole(path, PICTURE_LIMIT, &data, &bytes);
    if (code)
        return code;
    enum ih_status status = ih_picture_read(&p, data, bytes, &e);
    if (status)
        complain("%s: %s", path, e.text);
    code = status == IH_NO_MEMORY ? EXIT_INTERNAL : status ? EXIT_INPUT : EXIT_DONE;
    if (!code)
        code = note_read(path, data, bytes, &text, &note);
    if (!code && args_has(a, "json")) {
        json_t *json = json_object();
        json_object_set_new(json, "file", json_name(path));
        json_object_set_new(json, "width", json_integer(p.width));
        json_object_set_new(json, "height", json_integer(p.height));
        json_object_set_new(json, "note",
            note   ? json_incref(note)
            : text ? json_name(text)
                   : json_null());
        output_stdout(&out);
        json_line(&out, json);
        code = output_exit(&out);
    } else if (!code) {
        screen_draw(screen, &p);
        screen_end(screen);
        printf("%s%s%s  %dx%d\n", style(&t, STYLE_BOLD), path, style_end(&t), p.width, p.height);
        print_note(&t, text, note);
    }
    free(data);
    json_decref(note);
    ih_picture_note_free(&text);
    ih_picture_free(&p);
    return code;
}

int run_show(const struct args *args)
{
    static const char *const ways[] = {"auto", "kitty", "iterm", "sixel", "blocks", "off", NULL};
    struct terminal t;
    struct screen screen;
    const char *how = args_value(args, "preview", "auto");
    int worst = EXIT_DONE, known = 0;
    for (int i = 0; ways[i]; i++)
        known |= strcmp(how, ways[i]) == 0;
    if (!known)
        return usage_error(args->command, "there is no way '%s' to show a picture", how);
    if (args->count == 0)
        return usage_error(args->command, "name a picture");
    terminal_init(&t, stdout);
    screen_init(&screen, &t, args_has(args, "json") ? "off" : how);
    for (int i = 0; i < args->count; i++) {
        int code = show(args, args->arg[i], &screen);
        worst = code > worst ? code : worst;
        if (i + 1 < args->count && !args_has(args, "json"))
            putchar('\n');
    }
    return worst;
}
