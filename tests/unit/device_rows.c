/* SPDX-License-Identifier: Apache-2.0 */
/* What transformers do row by row, against definitions written out in double. */
#include "support/support.h"

#include "base/cpu.h"
#include "device/ops.h"

#include <math.h>
#include <string.h>

enum { ROWS = 75, HEADS = 3, HEAD = 20, COLS = HEADS * HEAD, SPARE = 7, POSITIONS = 90 };

struct bench {
    struct device *device[3]; /* of 1 to 3 threads */
    float x[ROWS * (COLS + SPARE)];
    float w[COLS];
};

static void bench_open(struct bench *b)
{
    uint32_t random = 3;
    struct ih_error e;
    for (int i = 0; i < 3; i++) {
        struct device_options o = {.threads = i + 1, .cpu_mask = ~0u};
        assert_int_equal(device_open_cpu(&b->device[i], &o, &e), IH_OK);
    }
    for (size_t i = 0; i < sizeof b->x / sizeof *b->x; i++)
        b->x[i] = 2 * random_unit(&random);
    for (int i = 0; i < COLS; i++)
        b->w[i] = random_unit(&random);
}

static void bench_close(struct bench *b)
{
    for (int i = 0; i < 3; i++)
        device_close(&b->device[i]);
}

/* [ROWS, cols] with rows that lie apart. */
static struct tensor spread(float *x, int64_t cols)
{
    return (struct tensor){x, DT_F32, 2, {ROWS, cols}, {COLS + SPARE, 1}};
}

static void test_rms_norm(void **state)
{
    (void)state;
    static struct bench b;
    static float got[3][ROWS * COLS], want[ROWS * COLS];
    bench_open(&b);
    for (int r = 0; r < ROWS; r++)
        for (int h = 0; h < HEADS; h++) {
            const float *x = b.x + r * (COLS + SPARE) + h * HEAD;
            double squares = 0;
            for (int i = 0; i < HEAD; i++)
                squares += (double)x[i] * x[i] / HEAD;
            for (int i = 0; i < HEAD; i++)
                want[r * COLS + h * HEAD + i] = (float)(x[i] / sqrt(squares + 1e-3) * b.w[i]);
        }
    for (int t = 0; t < 3; t++) {
        op_rms_norm(b.device[t], tensor_2d(got[t], DT_F32, ROWS, COLS), spread(b.x, COLS), b.w,
            HEADS, 1e-3f);
        assert_close("rms norm by heads", got[t], want, ROWS * COLS, 1e-6f, 1e-6f);
        assert_memory_equal(got[t], got[0], sizeof got[0]);
    }
    bench_close(&b);
}

/* 16 of the 20 values of a head, both pairings, with positions of one's own and without. */
static void check_rope(struct bench *b, bool interleaved, const int32_t *pos)
{
    enum { HALF = 8 };
    static float got[3][ROWS * (COLS + SPARE)], want[ROWS * (COLS + SPARE)];
    static float cosine[POSITIONS * HALF], sine[POSITIONS * HALF];
    for (int i = 0; i < POSITIONS * HALF; i++) {
        double angle = i / HALF * pow(0.1, i % HALF);
        cosine[i] = (float)cos(angle);
        sine[i] = (float)sin(angle);
    }
    const struct rope rope = {tensor_2d(cosine, DT_F32, POSITIONS, HALF),
        tensor_2d(sine, DT_F32, POSITIONS, HALF), interleaved};
    memcpy(want, b->x, sizeof want);
    for (int r = 0; r < ROWS; r++)
        for (int h = 0; h < HEADS; h++)
            for (int i = 0; i < HALF; i++) {
                double angle = (pos ? pos[r] : r) * pow(0.1, i);
                float *x = want + r * (COLS + SPARE) + h * HEAD;
                float *p = x + (interleaved ? 2 * i : i), *q = interleaved ? p + 1 : p + HALF;
                double first = *p * cos(angle) - *q * sin(angle);
                *q = (float)(*q * cos(angle) + *p * sin(angle));
                *p = (float)first;
            }
    for (int t = 0; t < 3; t++) {
        memcpy(got[t], b->x, sizeof got[t]);
        op_rope(b->device[t], spread(got[t], COLS), HEAD, &rope, pos);
        assert_close("rope", got[t], want, ROWS * (COLS + SPARE), 2e-6f, 1e-6f);
        assert_memory_equal(got[t], got[0], sizeof got[0]);
    }
}

static void test_rope(void **state)
{
    (void)state;
    static struct bench b;
    int32_t pos[ROWS];
    for (int i = 0; i < ROWS; i++)
        pos[i] = (i * 37) % POSITIONS;
    bench_open(&b);
    for (int i = 0; i < 4; i++)
        check_rope(&b, i & 1, i & 2 ? pos : NULL);
    bench_close(&b);
}

static void test_gates(void **state)
{
    (void)state;
    static struct bench b;
    static float got[3][ROWS * COLS / 2], want[ROWS * COLS / 2], sum[3][ROWS * COLS / 2];
    enum { N = COLS / 2 };
    bench_open(&b);
    for (int r = 0; r < ROWS; r++)
        for (int i = 0; i < N; i++) {
            double g = b.x[r * (COLS + SPARE) + i], u = b.x[r * (COLS + SPARE) + N + i];
            want[r * N + i] = (float)(g / (1 + exp(-g)) * u);
        }
    for (int t = 0; t < 3; t++) {
        struct tensor y = tensor_2d(got[t], DT_F32, ROWS, N);
        op_gated(b.device[t], y, spread(b.x, COLS), ACT_SILU);
        assert_close("gated", got[t], want, ROWS * N, 2e-6f, 2e-6f);
        assert_memory_equal(got[t], got[0], sizeof got[0]);
        memset(sum[t], 0, sizeof sum[t]);
        for (int i = 0; i < 2; i++)
            op_add_gated(b.device[t], tensor_2d(sum[t], DT_F32, ROWS, N), y, b.w);
        for (int i = 0; i < ROWS * N; i++)
            sum[t][i] -= 2 * b.w[i % N] * got[t][i];
        assert_close("gated sum", sum[t], (float[ROWS * N]){0}, ROWS * N, 2e-6f, 0);
    }
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rms_norm),
        cmocka_unit_test(test_rope),
        cmocka_unit_test(test_gates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
