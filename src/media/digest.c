/* SPDX-License-Identifier: Apache-2.0 */
#include "media/digest.h"

#include "media/ffmpeg.h"

#include <errno.h>
#include <libavutil/mem.h>
#include <libavutil/sha.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { BITS = 256, BYTES = BITS / 8 };

static enum ih_status begin(struct AVSHA **sha, struct ih_error *e)
{
    enum ih_status status = ffmpeg_load(e);
    if (status)
        return status;
    *sha = av_sha_alloc();
    return *sha && av_sha_init(*sha, BITS) >= 0 ? IH_OK : err_memory(e, "a digest");
}

static void end(struct AVSHA *sha, char hex[DIGEST_HEX])
{
    uint8_t digest[BYTES];
    av_sha_final(sha, digest);
    for (int i = 0; i < BYTES; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

enum ih_status digest_bytes(char hex[DIGEST_HEX], const void *data, size_t n, struct ih_error *e)
{
    struct AVSHA *sha = NULL;
    enum ih_status status = begin(&sha, e);
    if (!status) {
        av_sha_update(sha, data, n);
        end(sha, hex);
    }
    if (sha)
        av_free(sha);
    return status;
}

enum ih_status digest_file(char hex[DIGEST_HEX], const char *path, struct ih_error *e)
{
    struct AVSHA *sha = NULL;
    uint8_t block[16384];
    size_t n;
    FILE *f = fopen(path, "rbe");
    if (!f)
        return err_set(
            e, errno == ENOENT ? IH_NOT_FOUND : IH_IO, "cannot open %s: %s", path, strerror(errno));
    enum ih_status status = begin(&sha, e);
    while (!status && (n = fread(block, 1, sizeof block, f)) > 0)
        av_sha_update(sha, block, n);
    if (!status && ferror(f))
        status = err_set(e, IH_IO, "reading %s failed", path);
    if (!status)
        end(sha, hex);
    if (sha)
        av_free(sha);
    fclose(f);
    return status;
}
