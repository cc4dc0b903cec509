/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles of models: opens, and unpacks what is small into a folder that is removed again. What the
 * manifest lets through must be names that cannot lead out of that folder. */
#include "fuzz/memory_file.h"
#include "hub/bundle.h"
#include "hub/folder.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int64_t bytes_of(const struct bundle *b)
{
    int64_t sum = 0;
    for (int i = 0; i < b->count; i++)
        for (int j = 0; j < b->model[i].record.files.count; j++) {
            const struct hub_file *f = &b->model[i].record.files.file[j];
            if (!hub_is_name(f->name) || strstr(f->name, "/.") || f->name[0] == '.' || f->size < 0)
                __builtin_trap();
            sum = f->size > INT64_MAX - sum ? INT64_MAX : sum + f->size;
        }
    return sum;
}

static void unpack(struct bundle_reader *r, struct bundle *b)
{
    struct hub hub = {0};
    struct hub_progress progress = {0};
    struct ih_error e;
    for (int i = 0; i < b->count; i++) {
        char folder[] = "/dev/shm/inhouse-fuzz-XXXXXX"; /* no disk has to keep it */
        int lock = -1;
        if (!mkdtemp(folder))
            return;
        snprintf(b->model[i].folder, sizeof b->model[i].folder, "%s/model", folder);
        enum ih_status status =
            folder_open_empty(b->model[i].folder, &b->model[i].record.files, &lock, &e);
        if (!status)
            status = bundle_unpack(r, &hub, b, i, &progress, &e);
        /* Whole as far as it goes: what was unpacked has the digests that it was checked against.
         */
        if (!status && hub_record_check(NULL, b->model[i].folder, &e))
            __builtin_trap();
        if (lock >= 0)
            close(lock);
        folder_remove(folder);
        if (status)
            return;
    }
    bundle_end(r, &e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { SMALL = 1 << 20 };
    struct memory_file file = memory_file_open(data, size);
    struct bundle_reader *r;
    struct bundle b;
    struct ih_error e;
    if (!bundle_open(&r, &b, file.path, &e)) {
        if (bytes_of(&b) <= SMALL)
            unpack(r, &b);
        bundle_close(&r);
        bundle_free(&b);
    }
    memory_file_close(&file);
    return 0;
}
