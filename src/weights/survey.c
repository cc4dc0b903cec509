/* SPDX-License-Identifier: Apache-2.0 */
#include "weights/survey.h"

#include "weights/set.h"

#include <stdio.h>
#include <string.h>

enum { GROUP = 32 }; /* values of a scale, of two a byte */

const struct tensor *weights_scale(
    const struct weights *w, const char *name, const struct tensor *t)
{
    char scale_name[NAME_LIMIT + 16];
    if (t->rank != 2 || (t->dtype != DT_I8 && t->dtype != DT_U8))
        return NULL;
    snprintf(scale_name, sizeof scale_name, "%s.scale", name);
    const struct tensor *s = weights_find(w, scale_name);
    if (!s || s->dtype != DT_F32 || s->shape[0] != t->shape[0])
        return NULL;
    if (t->dtype == DT_I8)
        return s->rank == 1 ? s : NULL;
    return s->rank == 2 && t->shape[1] % (GROUP / 2) == 0 &&
                   s->shape[1] == t->shape[1] / (GROUP / 2)
               ? s
               : NULL;
}

bool weights_is_scale(const struct weights *w, const char *name)
{
    static const char ending[] = ".scale";
    char base[NAME_LIMIT + 1];
    size_t n = strlen(name), m = sizeof ending - 1;
    if (n <= m || strcmp(name + n - m, ending) != 0)
        return false;
    snprintf(base, sizeof base, "%.*s", (int)(n - m), name);
    const struct tensor *t = weights_find(w, base);
    return t && weights_scale(w, base, t);
}

struct survey weights_survey(const struct weights *w)
{
    int64_t count[DT_COUNT] = {0};
    struct survey s = {.numbers = DT_F32};
    for (int i = 0; i < weights_count(w); i++) {
        const char *name = weights_name(w, i);
        const struct tensor *t = weights_at(w, i);
        bool q4 = t->dtype == DT_U8 && weights_scale(w, name, t);
        int64_t n = weights_is_scale(w, name) ? 0 : tensor_count(t) * (q4 ? 2 : 1);
        count[q4 ? DT_Q4 : t->dtype] += n;
        s.count += n;
    }
    for (int t = 0; t < DT_COUNT; t++)
        if (count[t] > count[s.numbers])
            s.numbers = (enum dtype)t;
    return s;
}

const char *survey_name(enum dtype t)
{
    return t == DT_I8 ? "int8" : t == DT_Q4 ? "int4" : dtype_info(t)->name;
}
