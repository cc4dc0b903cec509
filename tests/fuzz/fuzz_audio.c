/* SPDX-License-Identifier: Apache-2.0 */
/* A sound file as it is uploaded: from memory, and through a pipe that gives a little at a time. */
#include "media/audio.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A few bytes can promise hours of silence; only so much is listened to. */
enum { RATE = 16000, MOST = 40 * RATE };

struct pipe {
    const uint8_t *data;
    size_t left;
};

static int64_t read_pipe(void *arg, void *buf, size_t n)
{
    struct pipe *p = arg;
    n = n < 1000 ? n : 1000;
    n = n < p->left ? n : p->left;
    if (n > 0)
        memcpy(buf, p->data, n);
    p->data += n;
    p->left -= n;
    return (int64_t)n;
}

static void read_through(struct audio *a)
{
    static float out[4096];
    size_t got = 1, total = 0;
    while (got > 0 && total < MOST && audio_read(a, out, 4096, &got, NULL) == IH_OK) {
        for (size_t i = 0; i < got; i++)
            if (!(fabsf(out[i]) <= 4))
                abort();
        total += got;
    }
    (void)audio_duration(a);
    (void)audio_damaged(a);
    if (!audio_codec(a))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct audio *a;
    struct ih_error e = {0};
    enum ih_status status = audio_open_memory(&a, data, size, RATE, &e);
    if ((status == IH_OK) != (a != NULL) || (status && (e.code != status || !e.text[0])))
        abort();
    if (a)
        read_through(a);
    audio_close(&a);

    struct pipe p = {data, size};
    struct audio_source source = {&p, read_pipe, NULL, -1, "pipe"};
    if (audio_open(&a, &source, RATE, &e) == IH_OK)
        read_through(a);
    audio_close(&a);

    p = (struct pipe){data, size};
    if (audio_open_raw(&a, &source, size % 2 == 0, 44100, 1 + (int)(size % 5), RATE, &e) == IH_OK)
        read_through(a);
    audio_close(&a);
    return 0;
}
