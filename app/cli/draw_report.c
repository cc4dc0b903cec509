/* SPDX-License-Identifier: Apache-2.0 */
/* What is said about a picture besides the picture. */
#include "cli/draw.h"
#include "cli/json.h"

#include <stdio.h>

static int steps(const struct draw_work *w)
{
    return w->request.draw.steps ? w->request.draw.steps : w->limits.steps;
}

void draw_footer(struct draw_work *w, const char *path, const struct ih_picture *p, uint64_t seed)
{
    const struct terminal *err = &w->err;
    const char *dot = err->utf8 ? " · " : ", ";
    if (w->request.quiet || !p->rgb)
        return;
    fprintf(stderr, "%s%dx%d%sseed %llu%s%d steps in %.1f s%s%s%s%s%s\n", style(err, STYLE_DIM),
        p->width, p->height, dot, (unsigned long long)seed, dot, steps(w), now_seconds() - w->began,
        dot, w->entry.name, w->to_files || w->to_stdout ? dot : "",
        w->to_stdout  ? "standard output"
        : w->to_files ? path
                      : "",
        style_end(err));
}

void draw_json(struct draw_work *w, const char *path, const struct ih_picture *p,
    const char *prompt, uint64_t seed, const struct ih_error *e)
{
    struct output out;
    json_t *json = json_object();
    if (!e && !p->rgb) { /* was there already */
        json_decref(json);
        return;
    }
    if (w->to_files)
        json_object_set_new(json, "file", json_name(path));
    json_object_set_new(json, "model", json_name(w->entry.name));
    json_object_set_new(json, "prompt", json_name(prompt));
    json_object_set_new(json, "seed", json_integer((json_int_t)seed));
    if (e) {
        json_t *error = json_object();
        json_object_set_new(error, "code", json_string(json_status(e->code)));
        json_object_set_new(error, "message", json_name(e->text));
        json_object_set_new(json, "error", error);
    } else {
        json_object_set_new(json, "format", json_string(w->format->name));
        json_object_set_new(json, "width", json_integer(p->width));
        json_object_set_new(json, "height", json_integer(p->height));
        json_object_set_new(json, "steps", json_integer(steps(w)));
        json_object_set_new(json, "seconds", json_real(now_seconds() - w->began));
    }
    output_stdout(&out);
    json_line(&out, json);
}
