/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KERNELS_TILES_H
#define KERNELS_TILES_H

/* From one function `name(const struct tile *, int rows, int panels)` that is always inlined, the
 * functions of constant size that a tiling lists: TILES_14(name, 2) defines name_1x2 .. name_14x2,
 * and LIST_14(name, 2) names them. */
#define TILE(name, r, p)                                                                           \
    static void name##_##r##x##p(const struct tile *t)                                             \
    {                                                                                              \
        name(t, r, p);                                                                             \
    }

#define TILES_1(name, p) TILE(name, 1, p)
#define TILES_2(name, p) TILES_1(name, p) TILE(name, 2, p)
#define TILES_3(name, p) TILES_2(name, p) TILE(name, 3, p)
#define TILES_4(name, p) TILES_3(name, p) TILE(name, 4, p)
#define TILES_6(name, p) TILES_4(name, p) TILE(name, 5, p) TILE(name, 6, p)
#define TILES_8(name, p) TILES_6(name, p) TILE(name, 7, p) TILE(name, 8, p)
#define TILES_12(name, p)                                                                          \
    TILES_8(name, p) TILE(name, 9, p) TILE(name, 10, p) TILE(name, 11, p) TILE(name, 12, p)
#define TILES_14(name, p) TILES_12(name, p) TILE(name, 13, p) TILE(name, 14, p)

#define LIST_1(name, p)  name##_1x##p
#define LIST_2(name, p)  LIST_1(name, p), name##_2x##p
#define LIST_3(name, p)  LIST_2(name, p), name##_3x##p
#define LIST_4(name, p)  LIST_3(name, p), name##_4x##p
#define LIST_6(name, p)  LIST_4(name, p), name##_5x##p, name##_6x##p
#define LIST_8(name, p)  LIST_6(name, p), name##_7x##p, name##_8x##p
#define LIST_12(name, p) LIST_8(name, p), name##_9x##p, name##_10x##p, name##_11x##p, name##_12x##p
#define LIST_14(name, p) LIST_12(name, p), name##_13x##p, name##_14x##p

/* Counts i from 0 to n - 1, n being a constant after inlining: arrays that it indexes become
 * registers. */
#define EACH(i, n)  _Pragma("GCC unroll 16") for (int i = 0; i < (n); i++)
#define TILE_INLINE static inline __attribute__((always_inline))

#endif
