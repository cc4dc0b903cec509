/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/tongue.h"

#include "text/language.h"

#include <string.h>

static const struct tongue *const tongues[TONGUES] = {&tongue_ar, &tongue_cs, &tongue_da,
    &tongue_de, &tongue_en, &tongue_es, &tongue_fi, &tongue_fr, &tongue_hi, &tongue_hu, &tongue_id,
    &tongue_it, &tongue_ja, &tongue_ko, &tongue_nl, &tongue_no, &tongue_pl, &tongue_pt, &tongue_ro,
    &tongue_ru, &tongue_sv, &tongue_th, &tongue_tr, &tongue_vi, &tongue_zh};

const struct tongue *tongue_at(int i)
{
    return i >= 0 && i < TONGUES ? tongues[i] : NULL;
}

const struct tongue *tongue_find(const char *language)
{
    int index = language_find(language);
    for (int i = 0; index >= 0 && i < TONGUES; i++)
        if (strcmp(tongues[i]->code, language_code(index)) == 0)
            return tongues[i];
    return NULL;
}
