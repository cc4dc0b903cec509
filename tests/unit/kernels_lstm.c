/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cpu.h"
#include "kernels/lstm.h"
#include "support/support.h"

#include <math.h>
#include <string.h>

/* The gates of one unit fed by one value, so that each is one number worked out by hand:
 *   i = sigmoid(ln 3) = 0.75   f = sigmoid(0) = 0.5   g = tanh(ln 2) = 0.6   o = sigmoid(-ln 3)
 *   = 0.25   c = 0.5 * 0.8 + 0.75 * 0.6 = 0.85   h = 0.25 tanh(0.85) = 0.17276726 */
static void test_by_hand(void **state)
{
    (void)state;
    const float ln2 = 0.69314718f, ln3 = 1.09861229f;
    const float w_x[4] = {ln3, 1, 0, -ln3}, w_h[4] = {0, -4, 0, 2};
    const float b_x[4] = {-ln3, 0, ln2, 0}, b_h[4] = {0, 0, 0, ln3 - 1};
    struct lstm l = {.in = 1, .hidden = 1, .w_x = w_x, .w_h = w_h, .b_x = b_x, .b_h = b_h};
    struct kernels k;
    float x = 2, h = 0.5f, c = 0.8f, gates[4];
    kernels_init(&k, cpu_flags());
    lstm_step(&k, &l, &h, &c, &x, gates);
    assert_float_equal(c, 0.85f, 1e-6f);
    assert_float_equal(h, 0.25f * tanhf(0.85f), 1e-6f);
}

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

/* Ten steps against the formulas in f64, on every tier that the machine has. */
static void test_against_f64(void **state)
{
    (void)state;
    enum { IN = 19, HIDDEN = 37, STEPS = 10 };
    static const char *const tiers[] = {"c", "neon", "avx2", "avx512", "avx512-bf16"};
    float w_x[4 * HIDDEN * IN], w_h[4 * HIDDEN * HIDDEN], b_x[4 * HIDDEN], b_h[4 * HIDDEN], x[IN];
    uint32_t seed = 5;
    for (int i = 0; i < 4 * HIDDEN * IN; i++)
        w_x[i] = random_unit(&seed);
    for (int i = 0; i < 4 * HIDDEN * HIDDEN; i++)
        w_h[i] = random_unit(&seed);
    for (int i = 0; i < 4 * HIDDEN; i++) {
        b_x[i] = random_unit(&seed);
        b_h[i] = random_unit(&seed);
    }
    struct lstm l = {IN, HIDDEN, w_x, w_h, b_x, b_h};
    for (size_t tier = 0; tier < sizeof tiers / sizeof *tiers; tier++) {
        struct kernels k;
        unsigned mask;
        assert_int_equal(cpu_mask(tiers[tier], &mask), 0);
        if (mask & ~cpu_flags())
            continue;
        kernels_init(&k, mask);
        float h[HIDDEN] = {0}, c[HIDDEN] = {0}, gates[4 * HIDDEN], want[HIDDEN];
        double hd[HIDDEN] = {0}, cd[HIDDEN] = {0}, gd[4 * HIDDEN];
        for (int step = 0; step < STEPS; step++) {
            for (int i = 0; i < IN; i++)
                x[i] = random_unit(&seed);
            lstm_step(&k, &l, h, c, x, gates);
            for (int g = 0; g < 4 * HIDDEN; g++) {
                gd[g] = (double)b_x[g] + b_h[g];
                for (int i = 0; i < IN; i++)
                    gd[g] += (double)w_x[g * IN + i] * x[i];
                for (int i = 0; i < HIDDEN; i++)
                    gd[g] += w_h[g * HIDDEN + i] * hd[i];
            }
            for (int i = 0; i < HIDDEN; i++) {
                cd[i] = sigmoid(gd[HIDDEN + i]) * cd[i] + sigmoid(gd[i]) * tanh(gd[2 * HIDDEN + i]);
                hd[i] = sigmoid(gd[3 * HIDDEN + i]) * tanh(cd[i]);
                want[i] = (float)hd[i];
            }
            assert_close(tiers[tier], h, want, HIDDEN, 5e-6f, 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_against_f64),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
