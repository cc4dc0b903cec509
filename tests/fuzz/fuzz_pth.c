/* SPDX-License-Identifier: Apache-2.0 */
/* PyTorch's files: opens, reads every byte of every tensor. */
#include "fuzz/memory_file.h"
#include "fuzz/touch.h"
#include "weights/pth.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct memory_file file = memory_file_open(data, size);
    struct weights *w;
    struct ih_error e;
    if (!pth_open(&w, file.path, &e)) {
        touch_tensors(w);
        weights_close(&w);
    }
    memory_file_close(&file);
    return 0;
}
