/* SPDX-License-Identifier: Apache-2.0 */
/* The two halves of the network as operations on a device. */
#include "models/whisper/whisper.h"

#include <assert.h>

/* SHORTEST: positions of two seconds, the shortest window that such models are trained on. */
enum { GROUP_ROWS = 3000, SHORTEST = 100 };

static void watch(const struct recognizer_session *s, const char *stage, int layer, struct tensor x)
{
    if (s->watch)
        s->watch(s->watch_arg, stage, layer, x);
}

static struct tensor temporary(struct arena *a, enum dtype t, int64_t rows, int64_t cols)
{
    return tensor_2d(arena_alloc(a, dtype_bytes(t, rows * cols)), t, rows, cols);
}

int64_t whisper_group_rows(const struct whisper *w)
{
    return w->config.positions > GROUP_ROWS ? w->config.positions : GROUP_ROWS;
}

/* Encoder positions a window needs: all of them, unless the model was trained on short windows. */
static int64_t positions_for(const struct whisper *w, int64_t samples)
{
    int64_t all = w->config.positions;
    if (!w->config.variable_window)
        return all;
    int64_t n = (samples + 2 * MEL_HOP - 1) / (2 * MEL_HOP),
            least = SHORTEST < all ? SHORTEST : all;
    return n < least ? least : n > all ? all : n;
}

/* [1 + 2T + 1, M]: the normalised spectrum between two rows of zeros, the convolution's padding. */
static struct tensor spectrum(
    struct recognizer_session *s, const float *pcm, int64_t samples, int64_t positions)
{
    const struct whisper *w = s->model;
    int64_t frames = 2 * positions, padded = frames * MEL_HOP, mels = w->config.mels;
    struct tensor x = temporary(&s->arena, DT_F32, frames + 2, mels);
    float *data = x.data, *audio = arena_alloc(&s->arena, (size_t)padded * sizeof *audio);
    memcpy(audio, pcm, (size_t)samples * sizeof *audio);
    memset(audio + samples, 0, (size_t)(padded - samples) * sizeof *audio);
    mel_log_all(w->mel, s->device, audio, padded, data + mels);
    mel_normalize(data + mels, frames * mels);
    memset(data, 0, (size_t)mels * sizeof *data);
    memset(data + (frames + 1) * mels, 0, (size_t)mels * sizeof *data);
    watch(s, "mel", 0, tensor_rows(x, 1, frames));
    return x;
}

/* Rows of `taps` frames each, overlapping: the convolution's input as a matrix. */
static struct tensor frames_view(struct tensor x, int64_t rows, int64_t taps, int64_t step)
{
    x.stride[0] = step * x.shape[1];
    x.shape[1] *= taps;
    x.shape[0] = rows;
    return x;
}

/* Both convolutions and the positions: x [positions, d] f32. */
static void stem(struct recognizer_session *s, struct tensor x, const float *pcm, int64_t samples)
{
    const struct whisper *w = s->model;
    int64_t positions = x.shape[0], frames = 2 * positions, dim = w->config.dim;
    struct arena_mark mark = arena_mark(&s->arena);
    struct tensor mel = spectrum(s, pcm, samples, positions);
    struct tensor hidden = temporary(&s->arena, w->encoder_shape.activation, frames + 1, dim);
    memset(hidden.data, 0, dtype_bytes(hidden.dtype, dim));
    op_linear(s->device, tensor_rows(hidden, 1, frames), frames_view(mel, frames, 3, 1), &w->conv1,
        ACT_GELU, (struct tensor){0});
    watch(s, "conv1", 0, tensor_rows(hidden, 1, frames));
    op_linear(s->device, x, frames_view(hidden, positions, 3, 2), &w->conv2, ACT_GELU,
        tensor_rows(w->encoder_positions, 0, positions));
    watch(s, "embedded", 0, x);
    arena_rewind(&s->arena, mark);
}

/* Windows [first, first + count) together: their rows stacked. */
static void encode_group(struct recognizer_session *s, const float *const *pcm,
    const int64_t *samples, int first, int count, int64_t rows)
{
    const struct whisper *w = s->model;
    struct arena_mark mark = arena_mark(&s->arena);
    struct sequence *seq = arena_alloc(&s->arena, (size_t)count * sizeof *seq);
    struct tensor x = temporary(&s->arena, DT_F32, rows, w->config.dim);
    int64_t row = 0;
    for (int i = 0; i < count; i++) {
        int64_t n = s->window[first + i].positions;
        seq[i] = (struct sequence){row, n, &s->encoder_kv, NULL};
        stem(s, tensor_rows(x, row, n), pcm[first + i], samples[first + i]);
        row += n;
    }
    for (int l = 0; l < w->config.layers; l++) {
        block_encode(s->device, &s->arena, &w->encoder[l], &w->encoder_shape, x, seq, count);
        watch(s, "encoder", l, x);
    }
    struct tensor encoded = temporary(&s->arena, w->encoder_shape.activation, rows, w->config.dim);
    op_layer_norm(
        s->device, encoded, x, w->encoder_norm.w, w->encoder_norm.b, w->encoder_shape.eps);
    watch(s, "encoded", 0, encoded);
    for (int i = 0; i < count; i++) {
        struct tensor part = tensor_rows(encoded, seq[i].row0, seq[i].rows);
        whisper_spell(s, first + i, part);
        for (int l = 0; l < w->config.text_layers; l++)
            block_cross(s->device, &s->arena, &w->decoder[l], &w->decoder_shape, part,
                &s->window[first + i].cross[l]);
    }
    arena_rewind(&s->arena, mark);
}

enum ih_status whisper_encode(struct recognizer_session *s, const float *const *pcm,
    const int64_t *samples, int count, struct ih_error *e)
{
    assert(count <= s->windows);
    int64_t limit = whisper_group_rows(s->model), rows = 0;
    int first = 0;
    for (int i = 0; i < count; i++) {
        struct whisper_window *w = &s->window[i];
        w->positions = positions_for(s->model, samples[i]);
        w->seconds = (double)samples[i] / MEL_RATE;
        if (rows + w->positions > limit) {
            encode_group(s, pcm, samples, first, i - first, rows);
            first = i;
            rows = 0;
        }
        rows += w->positions;
    }
    if (count > first)
        encode_group(s, pcm, samples, first, count - first, rows);
    s->encoded = count;
    if (device_exhausted(s->device))
        return err_memory(e, "encoding audio");
    return IH_OK;
}

/* Token and position of every row of the step. */
static int64_t gather(const struct recognizer_session *s, const struct whisper_row *row, int rows,
    int32_t *id, int32_t *position)
{
    int64_t n = 0;
    for (int i = 0; i < rows; i++) {
        int32_t start = (int32_t)s->cache[row[i].cache].self[0].length;
        for (int j = 0; j < row[i].count; j++, n++) {
            id[n] = row[i].token[j];
            position[n] = start + j;
        }
    }
    return n;
}

struct tap_state {
    const struct whisper_tap *tap;
    int layer;
};

static void tap_layer(void *arg, struct tensor q)
{
    const struct tap_state *t = arg;
    t->tap->fn(t->tap->arg, t->layer, q);
}

static void run_layers(struct recognizer_session *s, const struct whisper_row *row, int rows,
    struct tensor x, const struct whisper_tap *tap)
{
    const struct whisper *w = s->model;
    struct sequence *seq = arena_alloc(&s->arena, (size_t)rows * sizeof *seq);
    for (int l = 0; l < w->config.text_layers; l++) {
        int64_t row0 = 0;
        for (int i = 0; i < rows; i++) {
            seq[i] = (struct sequence){row0, row[i].count, &s->cache[row[i].cache].self[l],
                &s->window[row[i].window].cross[l]};
            row0 += row[i].count;
        }
        struct tap_state state = {tap, l};
        struct block_tap block_tap = {tap_layer, &state};
        block_decode(s->device, &s->arena, &w->decoder[l], &w->decoder_shape, x, seq, rows,
            tap ? &block_tap : NULL);
        watch(s, "decoder", l, x);
    }
}

/* logits[i] for row at[i] of x. */
static void output(
    struct recognizer_session *s, struct tensor x, const int64_t *at, int count, float *logits)
{
    const struct whisper *w = s->model;
    int64_t dim = w->config.dim;
    struct tensor picked = temporary(&s->arena, DT_F32, count, dim);
    for (int i = 0; i < count; i++)
        memcpy((float *)picked.data + i * dim, (float *)x.data + at[i] * dim, (size_t)dim * 4);
    struct tensor y = temporary(&s->arena, w->decoder_shape.activation, count, dim);
    op_layer_norm(s->device, y, picked, w->decoder_norm.w, w->decoder_norm.b, w->decoder_shape.eps);
    op_linear(s->device, tensor_2d(logits, DT_F32, count, w->config.vocab), y, &w->logits, ACT_NONE,
        (struct tensor){0});
}

void whisper_step(struct recognizer_session *s, const struct whisper_row *row, int rows,
    float *logits, float *first, const int *first_index, const struct whisper_tap *tap)
{
    const struct whisper *w = s->model;
    struct arena_mark mark = arena_mark(&s->arena);
    int64_t total = 0;
    for (int i = 0; i < rows; i++)
        total += row[i].count;
    int32_t *id = arena_alloc(&s->arena, (size_t)total * sizeof *id);
    int32_t *position = arena_alloc(&s->arena, (size_t)total * sizeof *position);
    int64_t *last = arena_alloc(&s->arena, (size_t)rows * sizeof *last);
    int64_t *early = arena_alloc(&s->arena, (size_t)rows * sizeof *early);
    struct tensor x =
        temporary(&s->arena, DT_F32, gather(s, row, rows, id, position), w->config.dim);
    op_embed(s->device, x, &w->embedding, id, w->text_positions, position);
    run_layers(s, row, rows, x, tap);
    int64_t end = 0;
    for (int i = 0; i < rows; i++) {
        early[i] = end + (first ? first_index[i] : 0);
        end += row[i].count;
        last[i] = end - 1;
    }
    if (logits)
        output(s, x, last, rows, logits);
    if (first)
        output(s, x, early, rows, first);
    arena_rewind(&s->arena, mark);
}
