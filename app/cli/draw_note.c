/* SPDX-License-Identifier: Apache-2.0 */
/* How a picture was made, as one JSON object that travels in its file. */
#include "cli/draw.h"
#include "cli/input.h"
#include "cli/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FILE_LIMIT = 256 << 20 };

static json_t *reference_json(const struct reference *r)
{
    const char *slash = strrchr(r->path, '/');
    json_t *json = json_object();
    json_object_set_new(json, "name", json_name(slash ? slash + 1 : r->path));
    json_object_set_new(json, "sha256", json_string(r->sha256));
    return json;
}

/* A float as the number that was typed. */
static json_t *number(float x)
{
    char text[32];
    snprintf(text, sizeof text, "%.6g", (double)x);
    return json_real(strtod(text, NULL));
}

static const char *compute_name(const struct draw_work *w)
{
    return ih_option_find("compute", IH_DRAW)->choices[w->request.compute];
}

char *draw_note(
    const struct draw_work *w, const struct ih_picture *p, const char *prompt, uint64_t seed)
{
    const struct ih_draw_options *o = &w->request.draw;
    json_t *json = json_object(), *list = json_array();
    json_object_set_new(json, "program", json_sprintf("inhouse %s", INHOUSE_VERSION));
    json_object_set_new(json, "task", json_string("draw"));
    json_object_set_new(json, "model", json_name(w->entry.name));
    if (w->model_version[0])
        json_object_set_new(json, "model_version", json_name(w->model_version));
    if (w->model_sha256[0])
        json_object_set_new(json, "model_sha256", json_string(w->model_sha256));
    json_object_set_new(json, "prompt", json_name(prompt));
    if (o->negative && *o->negative)
        json_object_set_new(json, "negative", json_name(o->negative));
    json_object_set_new(json, "seed", json_integer((json_int_t)seed));
    json_object_set_new(json, "width", json_integer(p->width));
    json_object_set_new(json, "height", json_integer(p->height));
    json_object_set_new(json, "steps", json_integer(o->steps ? o->steps : w->limits.steps));
    json_object_set_new(
        json, "guidance", number(o->guidance > 0 ? o->guidance : w->limits.guidance));
    json_object_set_new(json, "compute", json_string(compute_name(w)));
    for (int i = 0; i < w->images; i++)
        json_array_append_new(list, reference_json(&w->image[i]));
    if (w->images) {
        json_object_set_new(json, "strength", number(o->strength));
        json_object_set(json, "references", list);
    }
    if (w->mask.path)
        json_object_set_new(json, "mask", reference_json(&w->mask));
    json_decref(list);
    char *text = json_dumps(json, JSON_REAL_PRECISION(6));
    json_decref(json);
    return text;
}

/* What tells these weights from others: the SHA-256 of the file, or of the record of a download,
 * which names those of all files. */
static bool digest_file(char hex[SHA256_HEX + 1], const char *folder, const char *name)
{
    char path[PATH_MAX], block[1 << 16];
    struct stat st;
    struct sha sha;
    if (!path_join(path, sizeof path, folder, name) || stat(path, &st) != 0 ||
        !S_ISREG(st.st_mode) || st.st_size > FILE_LIMIT)
        return false;
    FILE *f = fopen(path, "rb");
    if (!f)
        return false;
    bool whole = sha256_init(&sha);
    for (size_t n; whole && (n = fread(block, 1, sizeof block, f)) > 0;)
        sha_update(&sha, block, n);
    whole = whole && !ferror(f);
    fclose(f);
    if (whole)
        sha_hex(&sha, hex);
    sha_free(&sha);
    return whole;
}

void draw_model_digest(struct draw_work *w)
{
    char path[PATH_MAX];
    if (!digest_file(w->model_sha256, w->entry.path, "model.safetensors"))
        digest_file(w->model_sha256, w->entry.path, "inhouse.json");
    if (!path_join(path, sizeof path, w->entry.path, "config.json"))
        return;
    json_t *config = json_load_file(path, 0, NULL);
    const char *version = json_string_value(json_object_get(config, "version"));
    snprintf(w->model_version, sizeof w->model_version, "%s", version ? version : "");
    json_decref(config);
}

int note_read(const char *path, const char *data, size_t bytes, char **text, json_t **json)
{
    struct ih_error e;
    *json = NULL;
    enum ih_status status = ih_picture_note(text, data, bytes, &e);
    if (status) {
        complain("%s: %s", path, e.text);
        return status == IH_NO_MEMORY ? EXIT_INTERNAL : EXIT_INPUT;
    }
    json_t *note = *text ? json_loads(*text, JSON_REJECT_DUPLICATES, NULL) : NULL;
    const char *program = json_string_value(json_object_get(note, "program"));
    if (program && strncmp(program, "inhouse ", 8) == 0)
        *json = note;
    else
        json_decref(note);
    return EXIT_DONE;
}

/* A value of the note into the option of that name, through the checks that a flag meets. */
static int set_from_note(struct draw_work *w, const char *key)
{
    const json_t *value = json_object_get(w->again, key);
    struct ih_error e;
    char text[64];
    const char *given = json_string_value(value);
    if (!value)
        return EXIT_DONE;
    if (json_is_integer(value))
        snprintf(text, sizeof text, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        snprintf(text, sizeof text, "%.6g", json_real_value(value));
    else if (!given)
        return EXIT_DONE;
    if (ih_option_set(&w->request, key, given ? given : text, IH_ON_COMMAND_LINE, &e) == IH_OK)
        return EXIT_DONE;
    complain("%s: %s", w->request.again, e.text);
    return EXIT_INPUT;
}

int draw_read_again(struct draw_work *w)
{
    static const char *const keys[] = {
        "model", "seed", "steps", "guidance", "negative", "strength", "compute"};
    const char *path = w->request.again;
    char *data, *text = NULL;
    size_t bytes;
    int code = path ? input_whole(path, FILE_LIMIT, &data, &bytes) : EXIT_USAGE;
    if (code)
        return code;
    code = note_read(path, data, bytes, &text, &w->again);
    free(data);
    ih_picture_note_free(&text);
    if (!code && !json_is_string(json_object_get(w->again, "prompt"))) {
        complain("%s does not say how it was drawn", path);
        code = EXIT_INPUT;
    }
    for (size_t i = 0; i < sizeof keys / sizeof *keys && !code; i++)
        code = set_from_note(w, keys[i]);
    json_int_t width = json_integer_value(json_object_get(w->again, "width"));
    json_int_t height = json_integer_value(json_object_get(w->again, "height"));
    if (width > 0 && width <= 1000000 && height > 0 && height <= 1000000) {
        w->request.draw.width = (int)width;
        w->request.draw.height = (int)height;
    }
    return code;
}
