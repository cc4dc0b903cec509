/* SPDX-License-Identifier: Apache-2.0 */
/* Whole folders in fewer bits, through the public API. */
#include "support/support.h"

#include "inhouse/inhouse.h"
#include "weights/weights.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const char klein[] = "flux2-klein-tiny";

static const char *in_temp(const char *name)
{
    static char path[8][512];
    static int next;
    char *p = path[next++ % 8];
    snprintf(p, sizeof path[0], "%s/%s", temp_dir(), name);
    return p;
}

static const char *inside(const char *folder, const char *name)
{
    static char path[8][1024];
    static int next;
    char *p = path[next++ % 8];
    snprintf(p, sizeof path[0], "%s/%s", folder, name);
    return p;
}

static bool is_there(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

static void shell(const char *format, const char *a, const char *b)
{
    char command[4096];
    snprintf(command, sizeof command, format, a, b);
    assert_int_equal(system(command), 0);
}

/* A copy of the tiny pipeline that a test may spoil. */
static const char *copy_of_klein(void)
{
    const char *copy = in_temp("from");
    shell("rm -rf %s%s", copy, "");
    shell("cp -r %s %s", data_path(klein), copy);
    return copy;
}

static void write_text(const char *path, const char *text)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void assert_same_file(const char *a, const char *b)
{
    shell("cmp %s %s", a, b);
}

/* Refused with words that say why, and nothing left. */
static void refuse(const char *from, const char *to, enum ih_status status, const char *says)
{
    struct ih_error e;
    char partial[600];
    snprintf(partial, sizeof partial, "%s.quantizing", to);
    assert_int_equal(ih_model_quantize(from, to, IH_COMPUTE_INT8, NULL, &e), status);
    if (!strstr(e.text, says))
        fail_msg("'%s' is not in: %s", says, e.text);
    assert_false(is_there(partial));
}

/* Three shards become one file, the others stay byte for byte. */
static void a_pipeline_keeps_its_folders(void **state)
{
    (void)state;
    static const char *const kept[] = {"model_index.json", "vae/config.json",
        "vae/diffusion_pytorch_model.safetensors", "scheduler/scheduler_config.json",
        "tokenizer/tokenizer.json", "transformer/config.json", "text_encoder/config.json"};
    static const char *const left_out[] = {"inhouse.json", "copy.safetensors", ".cache",
        "vae/.hidden", "transformer/diffusion_pytorch_model-00001-of-00003.safetensors",
        "transformer/diffusion_pytorch_model.safetensors.index.json",
        "text_encoder/model.safetensors.index.json"};
    const char *from = copy_of_klein(), *to = in_temp("klein-int8");
    struct ih_error e;
    write_text(inside(from, "inhouse.json"), "{}");
    write_text(inside(from, "copy.safetensors"), "weights of the other layout");
    write_text(inside(from, "vae/.hidden"), "x");
    mkdir(inside(from, ".cache"), 0777);
    char with_slash[600];
    snprintf(with_slash, sizeof with_slash, "%s//", to);
    if (ih_model_quantize(from, with_slash, IH_COMPUTE_INT8, NULL, &e))
        fail_msg("%s", e.text);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        assert_same_file(inside(from, kept[i]), inside(to, kept[i]));
    for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++)
        assert_false(is_there(inside(to, left_out[i])));
    assert_false(is_there(in_temp("klein-int8.quantizing")));
    /* What can be quantized is: 96 columns are wide enough, 32 are not. */
    struct weights *w;
    if (weights_open(&w, inside(to, "transformer"), &e))
        fail_msg("%s", e.text);
    assert_int_equal(weights_find(w, "context_embedder.weight")->dtype, DT_I8);
    assert_int_equal(weights_find(w, "x_embedder.weight")->dtype, DT_BF16);
    weights_close(&w);
    refuse(from, to, IH_INVALID, "there already");
    shell("rm -rf %s %s", from, to);
}

/* Folders beside a single network belong to it: the lexicon of transcribe-1, Kokoro's voices. */
static void a_network_keeps_its_folders(void **state)
{
    (void)state;
    const char *from = in_temp("single"), *to = in_temp("single-int4");
    struct ih_error e;
    shell("cp -r %s %s", data_path("whisper-tiny-en80"), from);
    mkdir(inside(from, "lexicon"), 0777);
    write_text(inside(from, "lexicon/en.txt"), "kitchen 12\n");
    if (ih_model_quantize(from, to, IH_COMPUTE_INT4, NULL, &e))
        fail_msg("%s", e.text);
    assert_same_file(inside(from, "lexicon/en.txt"), inside(to, "lexicon/en.txt"));
    assert_same_file(inside(from, "config.json"), inside(to, "config.json"));
    shell("rm -rf %s %s", from, to);
}

static void broken_pipelines_are_refused(void **state)
{
    (void)state;
    const char *to = in_temp("never");
    const char *from = copy_of_klein();
    shell("rm -r %s/text_encoder%s", from, "");
    refuse(from, to, IH_NOT_FOUND, "without text_encoder");
    from = copy_of_klein();
    write_text(inside(from, "model_index.json"), "{");
    refuse(from, to, IH_BAD_DATA, "model_index.json");
    from = copy_of_klein();
    if (truncate(inside(from, "transformer/diffusion_pytorch_model-00002-of-00003.safetensors"),
            5000) != 0)
        fail();
    refuse(from, to, IH_BAD_DATA, "00002-of-00003");
    from = copy_of_klein();
    unlink(inside(from, "text_encoder/model-00002-of-00002.safetensors"));
    refuse(from, to, IH_NOT_FOUND, "model-00002-of-00002");
    from = copy_of_klein();
    refuse(from, inside(from, "vae/int8"), IH_INVALID, "lies in the folder");
    refuse(from, inside(from, "int8"), IH_INVALID, "lies in the folder");
    refuse(from, inside(in_temp("no folder"), "int8"), IH_IO, "cannot make the folder");
    refuse(in_temp("nothing"), to, IH_NOT_FOUND, "not a model's folder");
    /* Folders without an end. */
    assert_int_equal(symlink("..", inside(from, "vae/loop")), 0);
    refuse(from, to, IH_INVALID, "too deep");
    assert_false(is_there(to));
    shell("rm -rf %s%s", from, "");
}

/* Files may not grow beyond a few kilobytes: as on a full disk. */
static void a_full_disk_leaves_nothing(void **state)
{
    (void)state;
    const char *from = copy_of_klein(), *to = in_temp("never");
    struct rlimit before, small;
    getrlimit(RLIMIT_FSIZE, &before);
    small = before;
    small.rlim_cur = 20000;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    refuse(from, to, IH_IO, "too large");
    setrlimit(RLIMIT_FSIZE, &before);
    assert_false(is_there(to));
    shell("rm -rf %s%s", from, "");
}

struct told {
    struct ih_job job;
    double last, stop_at;
};

static void on_progress(void *arg, double done, double total)
{
    struct told *t = arg;
    assert_true(total == 1 && done >= t->last && done <= 1 + 1e-9);
    t->last = done;
    if (done >= t->stop_at)
        t->job.cancel = 1;
}

static void progress_and_cancel(void **state)
{
    (void)state;
    const char *to = in_temp("klein-told");
    struct ih_error e;
    struct told t = {.stop_at = 2};
    t.job = (struct ih_job){.arg = &t, .progress = on_progress};
    assert_int_equal(ih_model_quantize(data_path(klein), to, IH_COMPUTE_INT4, &t.job, &e), IH_OK);
    assert_float_equal(t.last, 1, 1e-9);
    shell("rm -r %s%s", to, "");
    t.last = 0;
    t.stop_at = 0.5;
    assert_int_equal(
        ih_model_quantize(data_path(klein), to, IH_COMPUTE_INT4, &t.job, &e), IH_CANCELLED);
    assert_true(t.last < 1);
    assert_false(is_there(to));
    assert_false(is_there(in_temp("klein-told.quantizing")));
}

/* Sizes by hand: what the fixture scripts' configurations come to. */
static void parts(void **state)
{
    (void)state;
    struct ih_model_part p[8];
    struct ih_error e;
    int n;
    assert_int_equal(ih_model_parts(p, 8, &n, data_path(klein), &e), IH_OK);
    assert_int_equal(n, 3);
    assert_string_equal(p[0].name, "transformer");
    assert_string_equal(p[0].numbers, "bf16");
    assert_string_equal(p[1].name, "text_encoder");
    /* Embedding, 28 layers of two norms, q, k, v and o with their norms and three of the
     * feed-forward, and the last norm. */
    int layer = 2 * 32 + 32 * (32 + 16 + 16 + 32) + 2 * 16 + 3 * 32 * 48;
    assert_int_equal(p[1].count, 640 * 32 + 28 * layer + 32);
    assert_string_equal(p[2].name, "vae");
    assert_string_equal(p[2].numbers, "f32");
    assert_int_equal(ih_model_parts(p, 1, &n, data_path(klein), &e), IH_OK);
    assert_int_equal(n, 1);
    assert_int_equal(ih_model_parts(p, 8, &n, data_path("whisper-tiny-en80"), &e), IH_OK);
    assert_int_equal(n, 1);
    assert_string_equal(p[0].name, "");
    assert_int_equal(ih_model_parts(p, 8, &n, data_path("kokoro-tiny"), &e), IH_NOT_FOUND);
    assert_int_equal(n, 0);
}

/* image-1's matrices are wide enough for either; values are counted, not bytes. */
static void parts_in_fewer_bits(void **state)
{
    (void)state;
    static const struct {
        enum ih_compute to;
        const char *name;
    } kinds[] = {{IH_COMPUTE_INT8, "int8"}, {IH_COMPUTE_INT4, "int4"}, {IH_COMPUTE_F32, "f32"}};
    struct ih_model_part before[2], after[2];
    struct ih_error e;
    int n;
    assert_int_equal(ih_model_parts(before, 2, &n, data_path("image1"), &e), IH_OK);
    for (int i = 0; i < 3; i++) {
        const char *to = in_temp("image1-less");
        if (ih_model_quantize(data_path("image1"), to, kinds[i].to, NULL, &e))
            fail_msg("%s", e.text);
        assert_int_equal(ih_model_parts(after, 2, &n, to, &e), IH_OK);
        for (int j = 0; j < 2; j++) {
            assert_string_equal(after[j].numbers, kinds[i].name);
            assert_int_equal(after[j].count, before[j].count);
        }
        shell("rm -r %s%s", to, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pipeline_keeps_its_folders),
        cmocka_unit_test(a_network_keeps_its_folders),
        cmocka_unit_test(broken_pipelines_are_refused),
        cmocka_unit_test(a_full_disk_leaves_nothing),
        cmocka_unit_test(progress_and_cancel),
        cmocka_unit_test(parts),
        cmocka_unit_test(parts_in_fewer_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
