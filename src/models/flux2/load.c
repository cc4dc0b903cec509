/* SPDX-License-Identifier: Apache-2.0 */
/* Packing the text encoder and the transformer, and giving the encoder's memory back. */
#include "models/flux2/flux2.h"

static enum ih_status walk_text(struct flux2 *m, struct arena *a, bool pack, struct ih_error *e)
{
    struct loader l = {.weights = m->text_weights,
        .device = m->base.device,
        .arena = a,
        .pack = pack,
        .storage = m->storage,
        .error = e};
    m->text.config = m->text_config;
    decoder_load(&m->text, &l, flux2_taps[FLUX2_TAPS - 1], false);
    return l.status;
}

static enum ih_status walk_flow(struct flux2 *m, bool pack, struct ih_error *e)
{
    struct loader l = {.weights = m->flow_weights,
        .device = m->base.device,
        .arena = &m->arena,
        .pack = pack,
        .storage = m->storage,
        .error = e};
    flow_load(&m->flow, &l);
    return l.status;
}

static void drop_text(struct flux2 *m)
{
    decoder_free(&m->text);
    m->text = (struct decoder){0};
    arena_free(&m->text_arena);
    m->text_arena = (struct arena){0};
}

enum ih_status flux2_look(struct flux2 *m, struct ih_error *e)
{
    enum ih_status status = walk_text(m, &m->text_arena, false, e);
    drop_text(m);
    return status ? status : walk_flow(m, false, e);
}

enum ih_status flux2_take_text(struct flux2 *m, struct ih_error *e)
{
    pthread_mutex_lock(&m->lock);
    enum ih_status status = m->readers ? IH_OK : walk_text(m, &m->text_arena, true, e);
    if (status)
        drop_text(m);
    else
        m->readers++;
    pthread_mutex_unlock(&m->lock);
    return status;
}

void flux2_give_text(struct flux2 *m)
{
    pthread_mutex_lock(&m->lock);
    if (--m->readers == 0) {
        drop_text(m);
        weights_release(m->text_weights);
    }
    pthread_mutex_unlock(&m->lock);
}

enum ih_status flux2_prepare(struct flux2 *m, struct ih_error *e)
{
    pthread_mutex_lock(&m->lock);
    enum ih_status status = m->flow_packed ? IH_OK : walk_flow(m, true, e);
    m->flow_packed = !status;
    if (status)
        flow_free(&m->flow);
    pthread_mutex_unlock(&m->lock);
    return status;
}
