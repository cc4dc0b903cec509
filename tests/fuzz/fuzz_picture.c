/* SPDX-License-Identifier: Apache-2.0 */
/* Picture files: read, note, a resize of what was read, and the note written again. */
#include "inhouse/picture.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A header may claim the most that is allowed, which a fuzzer would spend its time with. */
enum { PIXELS_TRIED = 1 << 16 };

static void check(enum ih_status status, const struct ih_error *e)
{
    if (status && (e->code != status || !e->text[0]))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ih_picture p, small;
    struct ih_error e = {0};
    uint8_t *file;
    size_t bytes;
    char *note, *again;
    enum ih_status status = ih_picture_note(&note, data, size, &e);
    check(status, &e);
    if (status && note)
        abort();
    status = ih_picture_read(&p, data, size, &e);
    check(status, &e);
    if ((status == IH_OK) != (p.rgb != NULL))
        abort();
    if (!status && (int64_t)p.width * p.height <= PIXELS_TRIED) {
        status = ih_picture_resize(&small, 1 + p.height % 50, 1 + p.width % 40, &p, &e);
        check(status, &e);
        struct ih_picture_write_options o = {.note = note};
        if (!status && !ih_picture_write(&file, &bytes, &small, &o, &e)) {
            if (ih_picture_note(&again, file, bytes, &e) || (note && strcmp(note, again) != 0))
                abort();
            ih_picture_note_free(&again);
            ih_picture_bytes_free(&file);
        }
        if (!status)
            ih_picture_free(&small);
    }
    ih_picture_free(&p);
    ih_picture_note_free(&note);
    return 0;
}
