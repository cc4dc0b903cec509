/* SPDX-License-Identifier: Apache-2.0 */
/* Words to pictures: /v1/images/generations. */
#include "server/fields.h"
#include "server/operations.h"
#include "server/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

static const struct field_rule rules[] = {
    {"prompt", USE_OWN, NULL},
    {"model", USE_OWN, NULL},
    {"n", USE_OPTION, "count"},
    {"output_format", USE_OPTION, "format"},
    {"output_compression", USE_OWN, NULL},
    {"response_format", USE_OWN, NULL},
    {"quality", USE_OWN, NULL},
    {"background", USE_OWN, NULL},
    {"stream", USE_OWN, NULL},
    {"moderation", USE_NOTHING, NULL},
    {"user", USE_NOTHING, NULL},
    {"style", USE_REFUSED, "there are no styles; say it in the prompt"},
    {"partial_images", USE_REFUSED, "pictures are not streamed yet"},
    {"format", USE_REFUSED, "the field is called output_format"},
    {"count", USE_REFUSED, "the field is called n"},
    {NULL, 0, NULL},
};

struct work {
    struct ih_request request;
    const char *model;
    const struct ih_picture_format *format;
    struct answer *answer;
    int quality;       /* asked for in OpenAI's words: index of them */
    const char *name;  /* of the model */
    double megapixels; /* of one picture */
    int done;          /* pictures */
    int steps;         /* of one */
};

enum { SEED_BITS = 32 };

/* Of jpeg and webp, 0 to 100; ours begins at 1. */
static bool read_compression(struct work *w, const struct form *f, struct problem *p)
{
    const struct field *field = form_find(f, "output_compression");
    int64_t n;
    if (!field)
        return true;
    if (field->kind == FIELD_JSON || !text_integer(field->text, &n) || n < 0 || n > 100)
        return problem_set(p, 400, "invalid_value", field->name,
            "output_compression must be a whole number from 0 to 100");
    w->request.quality = n ? (int)n : 1;
    return true;
}

static bool read_choices(struct work *w, const struct form *f, struct problem *p)
{
    static const char *const ways[] = {"b64_json", NULL};
    static const char *const grounds[] = {"auto", "opaque", NULL};
    static const char *const qualities[] = {
        "auto", "standard", "low", "medium", "high", "hd", NULL};
    int ignored = 0;
    bool stream = false;
    if (!fields_choice(f, "response_format", ways, &ignored, p) ||
        !fields_choice(f, "background", grounds, &ignored, p) ||
        !fields_choice(f, "quality", qualities, &w->quality, p) ||
        !fields_bool(f, "stream", &stream, p))
        return false;
    return !stream ||
           problem_set(p, 400, "unsupported_parameter", "stream", "pictures are not streamed yet");
}

static bool read_request(
    struct work *w, const struct host *host, const struct form *f, struct problem *p)
{
    struct ih_error e;
    struct ih_request *r = &w->request;
    *w = (struct work){0};
    ih_request_defaults(r, IH_DRAW);
    if (!fields_read(r, f, rules, p) || !fields_text(f, "model", &w->model, p) ||
        !fields_text(f, "prompt", &r->draw.prompt, p) || !read_compression(w, f, p) ||
        !read_choices(w, f, p))
        return false;
    if (!r->draw.prompt || !*r->draw.prompt)
        return problem_set(p, 400, "missing_parameter", "prompt", "prompt is missing");
    if (r->count > host->settings->pictures)
        return problem_set(p, 400, "invalid_value", "n", "n must be at most %d, not %d",
            host->settings->pictures, r->count);
    w->format = ih_picture_format_find(r->format ? r->format : "png", &e);
    return w->format || problem_set(p, 400, "invalid_value", "output_format", "%s", e.text);
}

static bool choose_size(struct work *w, const struct ih_model *model, struct problem *p)
{
    struct ih_draw_limits limits;
    struct ih_draw_options *o = &w->request.draw;
    struct ih_error e;
    if (ih_draw_limits(model, &limits, &e) != IH_OK)
        return problem_from(p, &e);
    if (w->request.size && strcmp(w->request.size, "auto") != 0 &&
        ih_draw_size(&o->width, &o->height, w->request.size, &limits, &e) != IH_OK)
        return problem_set(p, 400, "invalid_value", "size", "%s", e.text);
    w->megapixels =
        1e-6 * (o->width ? o->width : limits.width) * (o->height ? o->height : limits.height);
    w->steps = o->steps ? o->steps : limits.steps;
    w->name = ih_model_name(model);
    return true;
}

/* Small enough to survive programs that keep numbers as doubles. */
static uint64_t new_seed(void)
{
    uint64_t seed = 0;
    if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
        seed = (uint64_t)time(NULL);
    return seed & ((1ull << SEED_BITS) - 1);
}

static int put(struct work *w, const char *text)
{
    return answer_write(w->answer, text, strlen(text));
}

/* Three bytes give four digits, so pieces of a multiple of three join without a seam. */
static int put_base64(struct work *w, const uint8_t *data, size_t bytes)
{
    enum { PIECE = 3 << 10 };
    char text[PIECE / 3 * 4];
    for (size_t at = 0; at < bytes; at += PIECE) {
        size_t n = bytes - at < PIECE ? bytes - at : PIECE;
        text_base64(text, data + at, n);
        if (answer_write(w->answer, text, (n + 2) / 3 * 4))
            return -1;
    }
    return 0;
}

static int put_picture(struct work *w, int i, const uint8_t *data, size_t bytes)
{
    char seed[80];
    snprintf(seed, sizeof seed, "\",\"seed\":%llu}", (unsigned long long)w->request.draw.seed);
    return put(w, i ? ",{\"b64_json\":\"" : "{\"b64_json\":\"") || put_base64(w, data, bytes) ||
           put(w, seed);
}

static void on_warning(void *arg, const char *text)
{
    answer_warn(((struct work *)arg)->answer, text);
}

static void on_step(void *arg, int done, int total, const struct ih_picture *preview)
{
    struct work *w = arg;
    (void)preview;
    answer_use(w->answer, w->name, MEGAPIXEL_STEPS, w->megapixels);
    answer_progress(w->answer, (double)w->done * total + done, (double)w->request.count * total);
}

/* Picture i of a request, as the next item of the list. */
static enum ih_status draw_one(
    struct work *w, struct ih_model *model, int i, int size[2], struct ih_error *e)
{
    struct ih_picture picture = {0};
    struct ih_draw_job job = {.job.arg = w, .step = on_step, .warning = i ? NULL : on_warning};
    struct ih_picture_write_options o = {.format = w->format->name, .quality = w->request.quality};
    uint8_t *data = NULL;
    size_t bytes = 0;
    answer_attach(w->answer, &job.job);
    enum ih_status status = ih_draw(&picture, model, &w->request.draw, &job, e);
    answer_detach(w->answer);
    if (!status)
        status = ih_picture_write(&data, &bytes, &picture, &o, e);
    if (!status && put_picture(w, i, data, bytes))
        status = explain(e, IH_NO_MEMORY, "the pictures are larger than an answer may be");
    w->done++;
    size[0] = picture.width;
    size[1] = picture.height;
    ih_picture_bytes_free(&data);
    ih_picture_free(&picture);
    return status;
}

static bool draw(struct work *w, struct ih_model *model, struct problem *p)
{
    struct ih_error e = {0};
    char text[160];
    int size[2] = {0, 0};
    if (!choose_size(w, model, p))
        return false;
    if (w->quality > 1)
        answer_warn(w->answer, "quality is not a choice here; steps is a field");
    if (w->request.draw.seed == IH_SEED_NEW)
        w->request.draw.seed = new_seed();
    snprintf(text, sizeof text, "{\"created\":%lld,\"data\":[", (long long)time(NULL));
    put(w, text);
    for (int i = 0; i < w->request.count; i++, w->request.draw.seed++)
        if (draw_one(w, model, i, size, &e) != IH_OK)
            return problem_from(p, &e);
    snprintf(text, sizeof text,
        "],\"background\":\"opaque\",\"output_format\":\"%s\",\"size\":\"%dx%d\"}\n",
        w->format->name, size[0], size[1]);
    if (put(w, text))
        return problem_set(p, 503, "out_of_memory", NULL, "the answer could not be kept");
    answer_finish(w->answer, 200, "application/json");
    return true;
}

static void run(const struct host *host, const struct form *form, struct answer *answer)
{
    struct ih_model *model = NULL;
    struct problem p;
    struct work *w = malloc(sizeof *w);
    bool done = w ? read_request(w, host, form, &p)
                  : problem_set(&p, 503, "out_of_memory", NULL, "not enough memory");
    if (done)
        w->answer = answer;
    done = done && depot_take(host->depot, w->model, IH_DRAW, &model, &p) && draw(w, model, &p);
    depot_give_back(host->depot, model);
    if (!done)
        answer_fail(answer, &p);
    free(w);
}

static bool check(const struct host *host, const struct form *form, struct problem *p)
{
    struct work w;
    return read_request(&w, host, form, p);
}

static void measure(const struct host *host, const struct form *form, struct amounts *out)
{
    struct problem p;
    struct ih_model *model = NULL;
    struct work *w = malloc(sizeof *w);
    if (w && read_request(w, host, form, &p) &&
        depot_take(host->depot, w->model, IH_DRAW, &model, &p) && choose_size(w, model, &p))
        out->of[MEGAPIXEL_STEPS] = w->request.count * w->steps * w->megapixels;
    depot_give_back(host->depot, model);
    free(w);
}

const struct operation operation_draw = {"draw", check, run, measure, false};
