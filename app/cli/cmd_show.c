/* SPDX-License-Identifier: Apache-2.0 */
/* What a picture or a sound says of how it was made. */
#include "cli/draw.h"
#include "cli/input.h"
#include "cli/json.h"
#include "inhouse/audio.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_LIMIT = 512 << 20 };

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

/* A file as it was read, and where it is told of. */
struct shown {
    const char *path, *data;
    size_t bytes;
    struct terminal out;
    struct screen screen;
    bool json;
};

static int finish_json(struct shown *s, json_t *json)
{
    struct output out;
    json_object_set_new(json, "file", json_name(s->path));
    output_stdout(&out);
    json_line(&out, json);
    return output_exit(&out);
}

static int show_picture(struct shown *s, const struct ih_picture *p)
{
    char *text = NULL;
    json_t *note = NULL, *json;
    int code = note_read(s->path, s->data, s->bytes, &text, &note);
    if (!code && s->json) {
        json = json_object();
        json_object_set_new(json, "width", json_integer(p->width));
        json_object_set_new(json, "height", json_integer(p->height));
        json_object_set_new(json, "note",
            note   ? json_incref(note)
            : text ? json_name(text)
                   : json_null());
        code = finish_json(s, json);
    } else if (!code) {
        screen_draw(&s->screen, p);
        screen_end(&s->screen);
        printf("%s%s%s  %dx%d\n", style(&s->out, STYLE_BOLD), s->path, style_end(&s->out), p->width,
            p->height);
        print_note(&s->out, text, note);
    }
    json_decref(note);
    ih_picture_note_free(&text);
    return code;
}

static int show_sound(struct shown *s, const struct ih_audio_tags *t)
{
    const char *const tags[][2] = {
        {"title", t->title}, {"artist", t->artist}, {"comment", t->comment}};
    char duration[24] = "";
    json_t *json = s->json ? json_object() : NULL;
    if (json)
        json_object_set_new(json, "seconds", t->seconds >= 0 ? json_real(t->seconds) : json_null());
    else
        printf("%s%s%s  %s\n", style(&s->out, STYLE_BOLD), s->path, style_end(&s->out),
            t->seconds >= 0 ? clock_text(t->seconds, duration, sizeof duration) : "");
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        json_t *value = tags[i][1] ? json_name(tags[i][1]) : NULL;
        if (json && value)
            json_object_set(json, tags[i][0], value);
        else if (value)
            print_value(&s->out, tags[i][0], value);
        json_decref(value);
    }
    if (!json && !t->title && !t->artist && !t->comment)
        print_note(&s->out, NULL, NULL);
    return json ? finish_json(s, json) : EXIT_DONE;
}

/* What is no picture may be a sound; what is neither is told of as a picture. */
static int show(struct shown *s)
{
    struct ih_picture p;
    struct ih_audio_tags tags;
    struct ih_error e, other;
    enum ih_status status = ih_picture_read(&p, s->data, s->bytes, &e);
    if (!status) {
        int code = show_picture(s, &p);
        ih_picture_free(&p);
        return code;
    }
    char *note;
    bool is_picture = ih_picture_note(&note, s->data, s->bytes, &other) == IH_OK;
    if (is_picture)
        ih_picture_note_free(&note);
    if (!is_picture && ih_audio_tags(&tags, s->data, s->bytes, &other) == IH_OK) {
        int code = show_sound(s, &tags);
        ih_audio_tags_free(&tags);
        return code;
    }
    complain("%s: %s", s->path, e.text);
    return status == IH_NO_MEMORY ? EXIT_INTERNAL : EXIT_INPUT;
}

int run_show(const struct args *args)
{
    static const char *const ways[] = {"auto", "kitty", "iterm", "sixel", "blocks", "off", NULL};
    struct shown s = {.json = args_has(args, "json")};
    const char *how = args_value(args, "preview", "auto");
    int worst = EXIT_DONE, known = 0;
    for (int i = 0; ways[i]; i++)
        known |= strcmp(how, ways[i]) == 0;
    if (!known)
        return usage_error(args->command, "there is no way '%s' to show a picture", how);
    if (args->count == 0)
        return usage_error(args->command, "name a picture or a sound");
    terminal_init(&s.out, stdout);
    screen_init(&s.screen, &s.out, s.json ? "off" : how);
    for (int i = 0; i < args->count; i++) {
        char *data = NULL;
        s.path = args->arg[i];
        int code = input_whole(s.path, FILE_LIMIT, &data, &s.bytes);
        s.data = data;
        if (!code)
            code = show(&s);
        free(data);
        worst = code > worst ? code : worst;
        if (i + 1 < args->count && !s.json)
            putchar('\n');
    }
    return worst;
}
