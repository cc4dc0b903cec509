/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of words: reads them, then walks the input's own bytes through the tree. */
#include "fuzz/memory_file.h"
#include "text/lexicon.h"

#include <math.h>
#include <stddef.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char letters[] = " abcdefghijklmnopqrstuvwxyz\u0301";
enum { CLASSES = sizeof letters };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lexicon *l;
    struct ih_error e;
    struct memory_file f = memory_file_open(data, size);
    if (!lexicon_open(&l, f.path, letters, &e)) {
        struct lexicon_state s = {0};
        for (size_t i = 0; i < size; i++)
            if (!(lexicon_next(l, &s, data[i] % CLASSES - 1) <= 0))
                abort();
        lexicon_close(&l);
    }
    memory_file_close(&f);
    return 0;
}
