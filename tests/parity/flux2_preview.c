/* SPDX-License-Identifier: Apache-2.0 */
/* Previews of FLUX.2-klein: after each step, what TAEF2 (or without it a linear map) makes of where
 * the latents would go in a straight line. The tiny pipeline is made as wide as the published
 * autoencoder, since TAEF2 knows no other; its weights are the real ones where they are at hand,
 * and always random ones. */
#include "support/klein.h"

#include "nn/flow_schedule.h"
#include "weights/write.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDE = 128, STEPS = 3, LATENTS = KLEIN_DRAWN * WIDE, RGB = KLEIN_PIXELS * 3, TENSORS = 512 };

/* Tensors whose shape goes with the number of latent channels, and that shape. */
static const struct {
    const char *name;
    int64_t shape[4];
} widened[] = {
    {"x_embedder.weight", {32, WIDE}},
    {"proj_out.weight", {WIDE, 32}},
    {"encoder.conv_out.weight", {64, 16, 3, 3}},
    {"encoder.conv_out.bias", {64}},
    {"quant_conv.weight", {64, 64, 1, 1}},
    {"quant_conv.bias", {64}},
    {"post_quant_conv.weight", {32, 32, 1, 1}},
    {"post_quant_conv.bias", {32}},
    {"decoder.conv_in.weight", {16, 32, 3, 3}},
    {"bn.running_mean", {WIDE}},
    {"bn.running_var", {WIDE}},
};

static const char *in_temp(const char *name)
{
    static char path[4][512];
    static int next;
    char *p = path[next++ % 4];
    snprintf(p, sizeof path[0], "%s/%s", temp_dir(), name);
    return p;
}

static void shell(const char *command)
{
    assert_int_equal(system(command), 0);
}

/* A file of safetensors on its way: tensors are declared, then filled. */
struct file {
    struct writer *writer;
    int count, number[TENSORS];
    const void *data[TENSORS];
    size_t bytes[TENSORS];
    float *random[TENSORS]; /* owned data, or null */
};

static void add(struct file *f, const char *name, enum dtype t, int rank, const int64_t *shape,
    const void *data)
{
    struct ih_error e;
    int64_t n = 1;
    assert_true(f->count < TENSORS);
    klein_check(writer_add(f->writer, name, t, rank, shape, &f->number[f->count], &e), &e);
    for (int i = 0; i < rank; i++)
        n *= shape[i];
    f->data[f->count] = data;
    f->bytes[f->count++] = dtype_bytes(t, n);
}

/* Values about as large as a sound network has; statistics and norms are positive. */
static void add_random(struct file *f, const char *name, const int64_t *shape, uint32_t *seed)
{
    int rank = 1;
    int64_t n = shape[0];
    while (rank < 4 && shape[rank])
        n *= shape[rank++];
    bool positive = strstr(name, "var") || strstr(name, "pool.1.weight");
    float *x = test_malloc((size_t)n * sizeof *x), scale = 0.3f;
    if (rank > 1)
        scale = 1.7f / sqrtf((float)(n / shape[0]));
    for (int64_t i = 0; i < n; i++)
        x[i] = positive ? 1 + 0.5f * random_unit(seed) : scale * random_unit(seed);
    f->random[f->count] = x;
    add(f, name, DT_F32, rank, shape, x);
}

static void begin(struct file *f, const char *path)
{
    struct ih_error e;
    *f = (struct file){0};
    klein_check(writer_open(&f->writer, path, &e), &e);
}

static void finish(struct file *f)
{
    struct ih_error e;
    klein_check(writer_start(f->writer, &e), &e);
    for (int i = 0; i < f->count; i++)
        klein_check(writer_put(f->writer, f->number[i], 0, f->data[i], f->bytes[i], &e), &e);
    klein_check(writer_finish(f->writer, &e), &e);
    writer_close(&f->writer);
    for (int i = 0; i < f->count; i++)
        if (f->random[i])
            test_free(f->random[i]);
}

/* A network of the fixture once more, the tensors above at their new shape. */
static void widen(const char *from, const char *to)
{
    struct ih_error e;
    struct weights *w;
    struct file f;
    uint32_t seed = 5;
    klein_check(weights_open(&w, klein_path(from), &e), &e);
    begin(&f, to);
    for (int i = 0; i < weights_count(w); i++) {
        const char *name = weights_name(w, i);
        const struct tensor *t = weights_at(w, i);
        const int64_t *shape = NULL;
        for (size_t j = 0; j < sizeof widened / sizeof *widened; j++)
            if (strcmp(name, widened[j].name) == 0)
                shape = widened[j].shape;
        if (shape)
            add_random(&f, name, shape, &seed);
        else
            add(&f, name, t->dtype, t->rank, t->shape, t->data);
    }
    finish(&f);
    weights_close(&w);
}

/* The pipeline's folder, made once. */
static const char *pipeline(void)
{
    static bool made;
    const char *folder = in_temp("klein-wide");
    char command[4096];
    if (made)
        return folder;
    snprintf(command, sizeof command,
        "cp -r %s %s && chmod -R u+w %s && rm %s/transformer/*.safetensors* %s/vae/*.safetensors &&"
        " sed -i 's/\"in_channels\": 16/\"in_channels\": 128/' %s/transformer/config.json &&"
        " sed -i 's/\"latent_channels\": 4/\"latent_channels\": 32/' %s/vae/config.json",
        data_path("flux2-klein-tiny"), folder, folder, folder, folder, folder, folder);
    shell(command);
    widen("transformer", in_temp("klein-wide/transformer/diffusion_pytorch_model.safetensors"));
    widen("vae", in_temp("klein-wide/vae/diffusion_pytorch_model.safetensors"));
    made = true;
    return folder;
}

static void add_block(struct file *f, int index, bool pooled, uint32_t *seed)
{
    char name[64];
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%d.conv.%d.weight", index, 2 * i);
        add_random(f, name, (int64_t[4]){64, 64, 3, 3}, seed);
        snprintf(name, sizeof name, "%d.conv.%d.bias", index, 2 * i);
        add_random(f, name, (int64_t[4]){64}, seed);
    }
    if (!pooled)
        return;
    snprintf(name, sizeof name, "%d.pool.0.weight", index);
    add_random(f, name, (int64_t[4]){256, 64, 1, 1}, seed);
    snprintf(name, sizeof name, "%d.pool.1.weight", index);
    add_random(f, name, (int64_t[4]){256}, seed);
    snprintf(name, sizeof name, "%d.pool.1.bias", index);
    add_random(f, name, (int64_t[4]){256}, seed);
    snprintf(name, sizeof name, "%d.pool.3.weight", index);
    add_random(f, name, (int64_t[4]){64, 256, 1, 1}, seed);
}

/* TAEF2's decoder with random weights, under the names of the published one. */
static void write_random_taef2(const char *path)
{
    static const int blocks[] = {3, 4, 5, 8, 9, 10, 13, 14, 15, 18}, ups[] = {7, 12, 17};
    struct file f;
    char name[32];
    uint32_t seed = 9;
    begin(&f, path);
    add_random(&f, "1.weight", (int64_t[4]){64, 32, 3, 3}, &seed);
    add_random(&f, "1.bias", (int64_t[4]){64}, &seed);
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        add_block(&f, blocks[i], blocks[i] < 6, &seed);
    for (size_t i = 0; i < sizeof ups / sizeof *ups; i++) {
        snprintf(name, sizeof name, "%d.weight", ups[i]);
        add_random(&f, name, (int64_t[4]){64, 64, 3, 3}, &seed);
    }
    add_random(&f, "19.weight", (int64_t[4]){3, 64, 3, 3}, &seed);
    add_random(&f, "19.bias", (int64_t[4]){3}, &seed);
    finish(&f);
}

/* What a drawing told: the latents before the first and after each step, and its previews. */
struct told {
    float latents[STEPS + 1][LATENTS];
    struct ih_picture preview[STEPS];
    int steps;
};

static void on_stage(void *arg, const char *stage, int index, struct tensor x)
{
    struct told *t = arg;
    if (strcmp(stage, "step") == 0)
        memcpy(t->latents[index + 1], x.data, sizeof t->latents[0]);
}

static int on_step(void *arg, int done, int total, const struct ih_picture *preview)
{
    struct told *t = arg;
    assert_int_equal(done, ++t->steps);
    assert_int_equal(total, STEPS);
    if (!preview)
        return 0;
    size_t bytes = (size_t)preview->width * (size_t)preview->height * 3;
    t->preview[done - 1] = (struct ih_picture){preview->width, preview->height, test_malloc(bytes)};
    memcpy(t->preview[done - 1].rgb, preview->rgb, bytes);
    return 0;
}

/* The picture is the same with previews and without. */
static struct told *draw(struct klein *k)
{
    struct told *t = test_calloc(1, sizeof *t);
    struct painting_request r = klein_request(k);
    struct ih_picture plain, out;
    uint32_t seed = 3;
    r.steps = STEPS;
    for (int i = 0; i < LATENTS; i++)
        t->latents[0][i] = 2 * random_unit(&seed);
    k->session->noise = t->latents[0];
    klein_paint(k, &r, &plain);
    k->session->watch = on_stage;
    k->session->watch_arg = t;
    r.preview = true;
    r.step = on_step;
    r.arg = t;
    klein_paint(k, &r, &out);
    assert_int_equal(t->steps, STEPS);
    assert_memory_equal(out.rgb, plain.rgb, RGB);
    ih_picture_free(&plain);
    ih_picture_free(&out);
    return t;
}

static void told_free(struct told *t)
{
    for (int i = 0; i < STEPS; i++)
        test_free(t->preview[i].rgb);
    test_free(t);
}

/* From what a step did to the latents: x went from x0 to x1 while the time went from t0 to t1, and
 * would have got to x0 - t0 v at time 0. */
static void straight_on(float *clean, const struct told *t, int step)
{
    float times[STEPS + 1];
    flow_times(times, STEPS, flow_shift_flux2(KLEIN_DRAWN, STEPS));
    double t0 = times[step], t1 = times[step + 1];
    for (int i = 0; i < LATENTS; i++) {
        double x0 = t->latents[step][i], x1 = t->latents[step + 1][i];
        clean[i] = (float)(x0 - t0 * (x1 - x0) / (t1 - t0));
    }
}

static void check_previews(const char *taef2_folder)
{
    struct klein k;
    struct ih_error e;
    struct taef2 *taef2;
    float *clean = test_malloc(LATENTS * sizeof *clean), *rgb = test_malloc(RGB * sizeof *rgb);
    char command[2048];
    snprintf(command, sizeof command, "rm -rf %s/taef2 && cp -r %s %s/taef2", pipeline(),
        taef2_folder, pipeline());
    shell(command);
    klein_open(&k, pipeline(), "all", IH_COMPUTE_F32, 2);
    assert_non_null(((const struct flux2 *)k.model)->taef2);
    struct told *t = draw(&k);
    klein_check(taef2_open(&taef2, k.device, taef2_folder, DT_F32, &e), &e);
    for (int i = 0; i < STEPS; i++) {
        const struct ih_picture *p = &t->preview[i];
        int worst = 0, brightest = 0, darkest = 255;
        straight_on(clean, t, i);
        klein_check(taef2_decode(taef2, rgb, clean, KLEIN_WIDTH, KLEIN_HEIGHT, NULL, &e), &e);
        assert_int_equal(p->width, KLEIN_WIDTH);
        assert_int_equal(p->height, KLEIN_HEIGHT);
        for (int j = 0; j < RGB; j++) {
            float v = fminf(fmaxf(rgb[j] * 127.5f + 127.5f, 0), 255);
            int off = abs(p->rgb[j] - (int)lrintf(v));
            worst = off > worst ? off : worst;
            brightest = p->rgb[j] > brightest ? p->rgb[j] : brightest;
            darkest = p->rgb[j] < darkest ? p->rgb[j] : darkest;
        }
        /* The straight line comes from rounded latents; and it is a picture, not a plane. */
        assert_true(worst <= 1);
        assert_true(brightest - darkest > 50);
    }
    told_free(t);
    taef2_close(&taef2);
    test_free(clean);
    test_free(rgb);
    klein_close(&k);
}

static void random_taef2(void **state)
{
    (void)state;
    char folder[512], command[600];
    snprintf(folder, sizeof folder, "%s/random", temp_dir());
    snprintf(command, sizeof command, "mkdir %s", folder);
    shell(command);
    write_random_taef2(in_temp("random/taef2_decoder.safetensors"));
    check_previews(folder);
}

static void real_taef2(void **state)
{
    (void)state;
    if (!have_shared("taef2/taef2_decoder.pth") || !have_shared("taef2/taef2_encoder.pth"))
        skip();
    check_previews(shared_path("taef2"));
}

/* Without TAEF2: a pixel for eight. */
static void without_taef2(void **state)
{
    (void)state;
    struct klein k;
    float *clean = test_malloc(LATENTS * sizeof *clean);
    struct ih_picture want;
    char command[1024];
    snprintf(command, sizeof command, "rm -rf %s/taef2", pipeline());
    shell(command);
    klein_open(&k, pipeline(), "all", IH_COMPUTE_F32, 2);
    struct told *t = draw(&k);
    for (int i = 0; i < STEPS; i++) {
        const struct ih_picture *p = &t->preview[i];
        straight_on(clean, t, i);
        assert_int_equal(
            flux2_glimpse(&want, clean, KLEIN_HEIGHT / 16, KLEIN_WIDTH / 16, NULL), IH_OK);
        assert_int_equal(p->width, KLEIN_WIDTH / 8);
        assert_int_equal(p->height, KLEIN_HEIGHT / 8);
        for (int j = 0; j < p->width * p->height * 3; j++)
            assert_true(abs(p->rgb[j] - want.rgb[j]) <= 1);
        ih_picture_free(&want);
    }
    told_free(t);
    test_free(clean);
    klein_close(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_taef2),
        cmocka_unit_test(real_taef2),
        cmocka_unit_test(without_taef2),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
