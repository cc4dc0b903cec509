/* SPDX-License-Identifier: Apache-2.0 */
/* Voice profiles: what is read can be written, and what was written can be read again. */
#include "tasks/profile.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ih_profile *p, *again;
    struct ih_error e;
    if (profile_parse(&p, (const char *)data, size, "input", &e))
        return 0;
    float sum = 0;
    for (int64_t i = 0; i < p->style.rows * p->style.width; i++)
        sum += p->style.data[i];
    char *text = profile_text(p, true, &e);
    if (!text || sum != sum || profile_parse(&again, text, strlen(text), "again", &e))
        abort();
    ih_profile_usable(again, 0, &e);
    ih_profile_revoke(again, 0, &e);
    ih_profile_close(&again);
    ih_profile_close(&p);
    free(text);
    return 0;
}
