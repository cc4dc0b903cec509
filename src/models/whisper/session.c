/* SPDX-License-Identifier: Apache-2.0 */
/* Memory of one job: caches for every window and hypothesis, and room for one step's activations.
 */
#include "base/mem.h"
#include "models/whisper/whisper.h"

#include "text/phrases.h"

#include <stdlib.h>

/* Caches beyond this are not worth it: more windows at once stop being faster long before. */
enum { CACHE_BUDGET_MB = 1024 };

static size_t cross_bytes(const struct whisper *w)
{
    const struct block_shape *s = &w->decoder_shape;
    return (size_t)w->config.text_layers *
           kv_bytes(s->heads, s->dim / s->heads, w->config.positions, w->kv_type);
}

static size_t self_bytes(const struct whisper *w)
{
    const struct block_shape *s = &w->decoder_shape;
    return (size_t)w->config.text_layers *
           kv_bytes(s->heads, s->dim / s->heads, w->config.text_positions, w->kv_type);
}

static size_t encoder_bytes(const struct whisper *w)
{
    const struct block_shape *s = &w->encoder_shape;
    return kv_bytes(s->heads, s->dim / s->heads, w->config.positions, w->kv_type);
}

static char *init_layers(struct kv *kv, const struct whisper *w, char *memory, int64_t positions)
{
    const struct block_shape *s = &w->decoder_shape;
    for (int l = 0; l < w->config.text_layers; l++) {
        kv_init(&kv[l], memory, s->heads, s->dim / s->heads, positions, w->kv_type);
        memory += kv_bytes(s->heads, s->dim / s->heads, positions, w->kv_type);
    }
    return memory;
}

static enum ih_status allocate_caches(struct recognizer_session *s, struct ih_error *e)
{
    const struct whisper *w = s->model;
    size_t layers = (size_t)w->config.text_layers, caches = (size_t)(s->windows * s->width);
    s->window = calloc((size_t)s->windows, sizeof *s->window);
    s->cache = calloc(caches, sizeof *s->cache);
    struct kv *kv = calloc(((size_t)s->windows + caches) * layers, sizeof *kv);
    s->kv = kv;
    s->memory_bytes =
        encoder_bytes(w) + (size_t)s->windows * cross_bytes(w) + caches * self_bytes(w);
    s->memory = mem_pages(s->memory_bytes);
    /* Pages that no window fills cost nothing. */
    s->spelled_bytes =
        (size_t)(s->windows * w->config.positions) * (size_t)(w->ctc.classes + 2) * 4;
    s->spelled = w->ctc.classes ? mem_pages(s->spelled_bytes) : NULL;
    if (!s->window || !s->cache || !kv || !s->memory || (w->ctc.classes && !s->spelled))
        return err_memory(e, "a job's caches");
    char *memory = s->memory;
    const struct block_shape *shape = &w->encoder_shape;
    kv_init(&s->encoder_kv, memory, shape->heads, shape->dim / shape->heads, w->config.positions,
        w->kv_type);
    memory += encoder_bytes(w);
    for (int i = 0; i < s->windows; i++, kv += layers) {
        s->window[i].cross = kv;
        memory = init_layers(kv, w, memory, w->config.positions);
    }
    for (size_t i = 0; i < caches; i++, kv += layers) {
        s->cache[i].self = kv;
        memory = init_layers(kv, w, memory, w->config.text_positions);
    }
    return IH_OK;
}

/* Room for the largest step, so that no step can run out of it half-way. */
static size_t step_bytes(const struct recognizer_session *s)
{
    const struct whisper_config *c = &s->model->config;
    size_t dim = (size_t)c->dim, encode_rows = (size_t)whisper_group_rows(s->model);
    if (encode_rows > (size_t)(s->windows * c->positions))
        encode_rows = (size_t)(s->windows * c->positions);
    size_t encode = encode_rows * (dim * 4 * 8 + (size_t)c->ffn * 4) +
                    (size_t)c->positions * 2 * ((size_t)c->mels + dim) * 4 +
                    (size_t)c->positions * (size_t)s->model->ctc.classes * 4;
    size_t hypotheses = (size_t)(s->windows * s->width);
    size_t decode_rows = hypotheses + (size_t)(s->windows * c->text_positions);
    size_t decode =
        decode_rows * (dim * 4 * 8 + (size_t)c->text_ffn * 4 + 256) + 2 * hypotheses * dim * 4;
    return (encode > decode ? encode : decode) + (64 << 10);
}

enum ih_status whisper_session_open(struct recognizer_session **out, struct whisper *w,
    const struct recognizer_setup *setup, struct ih_error *e)
{
    *out = NULL;
    enum ih_status status = whisper_prepare(w, e);
    if (status)
        return status;
    struct recognizer_session *s = calloc(1, sizeof *s);
    if (!s)
        return err_memory(e, "a job");
    s->model = w;
    s->width = setup->width < 1 ? 1 : setup->width;
    size_t each = cross_bytes(w) + (size_t)s->width * self_bytes(w);
    size_t fit = ((size_t)CACHE_BUDGET_MB << 20) / each;
    s->windows = setup->windows < 1 ? 1 : setup->windows;
    if ((size_t)s->windows > fit)
        s->windows = fit ? (int)fit : 1;
    status = device_fork(&s->device, w->base.device, e);
    if (!status)
        status = allocate_caches(s, e);
    if (!status && arena_reserve(&s->arena, step_bytes(s)))
        status = err_memory(e, "a job's activations");
    if (!status && setup->phrases)
        status = phrases_open(&s->phrases, w->bpe, setup->phrases, e);
    if (status)
        whisper_session_close(&s);
    *out = s;
    return status;
}

void whisper_session_close(struct recognizer_session **sp)
{
    struct recognizer_session *s = *sp;
    if (!s)
        return;
    phrases_close(&s->phrases);
    mem_pages_free(s->memory, s->memory_bytes);
    mem_pages_free(s->spelled, s->spelled_bytes);
    arena_free(&s->arena);
    device_close(&s->device);
    free(s->window);
    free(s->cache);
    free(s->kv);
    free(s);
    *sp = NULL;
}

void whisper_cache_reset(struct recognizer_session *s, int cache)
{
    for (int l = 0; l < s->model->config.text_layers; l++)
        s->cache[cache].self[l].length = 0;
}

void whisper_cache_copy(struct recognizer_session *s, int dst, int src)
{
    for (int l = 0; l < s->model->config.text_layers; l++)
        kv_copy(&s->cache[dst].self[l], &s->cache[src].self[l], s->cache[src].self[l].length);
}
