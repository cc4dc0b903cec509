/* SPDX-License-Identifier: Apache-2.0 */
/* Words to pictures: /v1/images/generations and /v1/images/edits. */
#include "server/draw.h"
#include "server/fields.h"
#include "server/operations.h"
#include "server/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

/* clang-format off */
static const char *const ways[] = {"b64_json", NULL};
static const char *const grounds[] = {"auto", "opaque", NULL};
static const char *const qualities[] = {"auto", "standard", "low", "medium", "high", "hd", NULL};
#define COMMON_RULES                                                                                           \
    RULE_OWN("prompt", SHAPE_TEXT, "what is to be seen", .needed = true),                                      \
    RULE_OWN("model", SHAPE_TEXT, "a name of GET /v1/models; without it the server's choice"),                 \
    RULE_OPTION("n", "count", .most = "limits.pictures"),                                                      \
    RULE_OPTION("output_format", "format"),                                                                    \
    RULE_OWN("output_compression", SHAPE_WHOLE, "quality of jpeg and webp", .low = 0, .high = 100),            \
    RULE_OWN("response_format", SHAPE_TEXT, "pictures are in the answer", .choices = ways),                    \
    RULE_OWN("quality", SHAPE_TEXT, "no choice here, which a warning says; see steps", .choices = qualities),  \
    RULE_OWN("background", SHAPE_TEXT, "pictures are opaque", .choices = grounds),                             \
    RULE_OWN("stream", SHAPE_BOOL, "the pictures in events"),                                                  \
    RULE_OWN("partial_images", SHAPE_WHOLE, "previews of each picture in a stream", .low = 0, .high = 3),      \
    RULE_NOTHING("moderation"),                                                                                \
    RULE_NOTHING("user"),                                                                                      \
    RULE_REFUSED("style", "there are no styles; say it in the prompt"),                                        \
    RULE_REFUSED("format", "the field is called output_format"),                                               \
    RULE_REFUSED("count", "the field is called n")
static const struct field_rule rules[] = {COMMON_RULES, RULE_END};
static const struct field_rule edit_rules[] = {
    COMMON_RULES,
    RULE_OWN("image", SHAPE_FILES, "pictures to go by", .needed = true),
    RULE_OWN("mask", SHAPE_FILE, "the first is drawn anew where this is white, or transparent"),
    RULE_REFUSED("input_fidelity", "how much of the picture stays is the field strength"),
    RULE_END,
};
static const char *const types[] = {"application/json", "text/event-stream", NULL};
/* clang-format on */

enum { SEED_BITS = 32 };

/* A field that is a whole number from 0 to `most`; *out stays when it is not there. */
static bool read_number(
    const struct form *f, const char *name, int most, int *out, struct problem *p)
{
    const struct field *field = form_find(f, name);
    int64_t n;
    if (!field)
        return true;
    if (field->kind == FIELD_JSON || (f->typed && field->kind != FIELD_NUMBER) ||
        !text_integer(field->text, &n) || n < 0 || n > most)
        return problem_set(
            p, 400, "invalid_value", name, "%s must be a whole number from 0 to %d", name, most);
    *out = (int)n;
    return true;
}

/* OpenAI's output_compression begins at 0, our quality at 1. */
static bool read_numbers(struct draw_work *w, const struct form *f, struct problem *p)
{
    int compression = -1;
    if (!read_number(f, "output_compression", 100, &compression, p) ||
        !read_number(f, "partial_images", 3, &w->partials, p))
        return false;
    if (compression >= 0)
        w->request.quality = compression ? compression : 1;
    w->request.draw.preview = w->stream && w->partials > 0;
    return true;
}

static bool read_choices(struct draw_work *w, const struct form *f, struct problem *p)
{
    int ignored = 0;
    if (!fields_choice(f, "response_format", ways, &ignored, p) ||
        !fields_choice(f, "background", grounds, &ignored, p) ||
        !fields_choice(f, "quality", qualities, &w->quality, p) ||
        !fields_bool(f, "stream", &w->stream, p))
        return false;
    return true;
}

static bool check_uploads(const struct form *f, struct problem *p)
{
    static const char *const names[] = {"image", "mask"};
    for (int i = 0; i < 2; i++)
        if (form_find(f, names[i]))
            return problem_set(p, 400, "invalid_type", names[i],
                "send %s as a file of a multipart/form-data body", names[i]);
    return form_upload(f, "image") ||
           problem_set(p, 400, "missing_parameter", "image", "a picture to go by is missing");
}

static bool read_request(struct draw_work *w, const struct host *host, const struct form *f,
    bool edit, struct problem *p)
{
    struct ih_error e;
    struct ih_request *r = &w->request;
    *w = (struct draw_work){.edit = edit};
    ih_request_defaults(r, IH_DRAW);
    if (!fields_read(r, f, edit ? edit_rules : rules, p) || (edit && !check_uploads(f, p)) ||
        !fields_text(f, "model", &w->model, p) || !fields_text(f, "prompt", &r->draw.prompt, p) ||
        !read_choices(w, f, p) || !read_numbers(w, f, p))
        return false;
    if (!r->draw.prompt || !*r->draw.prompt)
        return problem_set(p, 400, "missing_parameter", "prompt", "prompt is missing");
    if (r->count > host->settings->pictures)
        return problem_set(p, 400, "invalid_value", "n", "n must be at most %d, not %d",
            host->settings->pictures, r->count);
    w->format = ih_picture_format_find(r->format ? r->format : "png", &e);
    return w->format || problem_set(p, 400, "invalid_value", "output_format", "%s", e.text);
}

/* What the model will do unless it is told otherwise. A picture to go by may give its own size. */
static void learn(
    struct draw_work *w, const struct ih_model *model, const struct ih_draw_limits *limits)
{
    const struct ih_draw_options *o = &w->request.draw;
    int m = limits->multiple > 0 ? limits->multiple : 1;
    double width = o->width ? o->width : limits->width,
           height = o->height ? o->height : limits->height;
    double pixels = ceil(width / m) * m * ceil(height / m) * m; /* sides are rounded */
    if (w->edit && !(o->width && o->height))
        pixels = (double)limits->pixels_most;
    w->megapixels = 1e-6 * pixels;
    w->steps = o->steps ? o->steps : limits->steps;
    w->name = ih_model_name(model);
    if (w->answer)
        answer_use(w->answer, w->name, MEGAPIXEL_STEPS, 0);
}

/* What depends on the model: the size, and how many pictures it goes by. */
static bool suit_model(
    struct draw_work *w, const struct ih_model *model, const struct form *f, struct problem *p)
{
    struct ih_draw_limits limits;
    struct ih_draw_options *o = &w->request.draw;
    struct ih_error e;
    if (ih_draw_limits(model, &limits, &e) != IH_OK)
        return problem_from(p, &e);
    if (w->request.size && strcmp(w->request.size, "auto") != 0 &&
        ih_draw_size(&o->width, &o->height, w->request.size, &limits, &e) != IH_OK)
        return problem_set(p, 400, "invalid_value", "size", "%s", e.text);
    learn(w, model, &limits);
    return !w->edit || draw_read_pictures(w, f, limits.references, p);
}

/* Small enough to survive programs that keep numbers as doubles. */
static uint64_t new_seed(void)
{
    uint64_t seed = 0;
    if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
        seed = (uint64_t)time(NULL);
    return seed & ((1ull << SEED_BITS) - 1);
}

static void on_warning(void *arg, const char *text)
{
    answer_warn(((struct draw_work *)arg)->answer, text);
}

static void on_step(void *arg, int done, int total, const struct ih_picture *preview)
{
    struct draw_work *w = arg;
    w->done = done;
    answer_progress(w->answer, (double)w->index * total + done, (double)w->request.count * total);
    if (w->request.draw.preview)
        draw_answer_partial(w, done, total, preview);
}

static enum ih_status draw_one(struct draw_work *w, struct ih_model *model, struct ih_error *e)
{
    struct ih_picture picture = {0};
    struct ih_draw_job job = {
        .job.arg = w, .step = on_step, .warning = w->index ? NULL : on_warning};
    w->told = w->done = 0;
    answer_attach(w->answer, &job.job);
    enum ih_status status = ih_draw(&picture, model, &w->request.draw, &job, e);
    answer_detach(w->answer);
    double megapixels = status ? w->megapixels : 1e-6 * picture.width * picture.height;
    answer_use(w->answer, w->name, MEGAPIXEL_STEPS, w->done * megapixels);
    if (!status)
        status = draw_answer_picture(w, &picture, e);
    ih_picture_free(&picture);
    return status;
}

static bool draw(struct draw_work *w, struct ih_model *model, struct problem *p)
{
    struct ih_error e = {0};
    if (w->quality > 1)
        answer_warn(w->answer, "quality is not a choice here; steps is a field");
    if (w->request.draw.seed == IH_SEED_NEW)
        w->request.draw.seed = new_seed();
    enum ih_status status = draw_answer_begin(w, &e);
    for (; !status && w->index < w->request.count; w->index++, w->request.draw.seed++)
        status = draw_one(w, model, &e);
    if (!status)
        status = draw_answer_end(w, &e);
    return status == IH_OK || problem_from(p, &e);
}

static void run(const struct host *host, const struct form *form, struct answer *answer, bool edit)
{
    struct ih_model *model = NULL;
    struct problem p;
    struct draw_work *w = malloc(sizeof *w);
    if (!w) {
        problem_set(&p, 503, "out_of_memory", NULL, "not enough memory");
        answer_fail(answer, &p);
        return;
    }
    bool done = read_request(w, host, form, edit, &p);
    w->answer = answer;
    done = done && depot_take(host->depot, w->model, IH_DRAW, &model, &p) &&
           suit_model(w, model, form, &p) && draw(w, model, &p);
    depot_give_back(host->depot, model);
    if (!done)
        event_fail(answer, &p);
    draw_free_pictures(w);
    free(w);
}

static void run_draw(const struct host *host, const struct form *form, struct answer *answer)
{
    run(host, form, answer, false);
}

static void run_edit(const struct host *host, const struct form *form, struct answer *answer)
{
    run(host, form, answer, true);
}

static bool check_draw(const struct host *host, const struct form *form, struct problem *p)
{
    struct draw_work w;
    return read_request(&w, host, form, false, p);
}

static bool check_edit(const struct host *host, const struct form *form, struct problem *p)
{
    struct draw_work w;
    return read_request(&w, host, form, true, p);
}

static void measure(
    const struct host *host, const struct form *form, struct amounts *out, bool edit)
{
    struct problem p;
    struct ih_error e;
    struct ih_draw_limits limits;
    struct ih_model *model = NULL;
    struct draw_work *w = malloc(sizeof *w);
    struct ih_draw_options *o = w ? &w->request.draw : NULL;
    if (w && read_request(w, host, form, edit, &p) &&
        depot_take(host->depot, w->model, IH_DRAW, &model, &p) &&
        ih_draw_limits(model, &limits, &e) == IH_OK) {
        if (w->request.size && strcmp(w->request.size, "auto") != 0)
            ih_draw_size(&o->width, &o->height, w->request.size, &limits, &e);
        learn(w, model, &limits);
        out->of[MEGAPIXEL_STEPS] = w->request.count * w->steps * w->megapixels;
    }
    depot_give_back(host->depot, model);
    free(w);
}

static void measure_draw(const struct host *host, const struct form *form, struct amounts *out)
{
    measure(host, form, out, false);
}

static void measure_edit(const struct host *host, const struct form *form, struct amounts *out)
{
    measure(host, form, out, true);
}

const struct operation operation_draw = {.name = "draw",
    .check = check_draw,
    .run = run_draw,
    .measure = measure_draw,
    .about = "Words to pictures.",
    .rules = rules,
    .task = IH_DRAW,
    .types = types};
const struct operation operation_edit = {.name = "edit",
    .check = check_edit,
    .run = run_edit,
    .measure = measure_edit,
    .about = "Words and pictures to pictures.",
    .rules = edit_rules,
    .task = IH_DRAW,
    .types = types};
