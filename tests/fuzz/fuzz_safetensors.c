/* SPDX-License-Identifier: Apache-2.0 */
/* One safetensors file: as it comes, and with the header's length made right again, since hardly a
 * change to the header would be looked at otherwise. */
#include "fuzz/memory_file.h"
#include "fuzz/touch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void open_one(const uint8_t *data, size_t size)
{
    struct memory_file f = memory_file_open(data, size);
    struct weights *w;
    struct ih_error e;
    if (!weights_open(&w, f.path, &e)) {
        touch_tensors(w);
        weights_close(&w);
    }
    memory_file_close(&f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    open_one(data, size);
    size_t end = size;
    while (end > 8 && data[end - 1] != '}')
        end--;
    if (end <= 8)
        return 0;
    uint8_t *repaired = malloc(size);
    if (!repaired)
        return 0;
    memcpy(repaired, data, size);
    uint64_t length = end - 8;
    memcpy(repaired, &length, sizeof length);
    open_one(repaired, size);
    free(repaired);
    return 0;
}
