/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MEDIA_DIGEST_H
#define MEDIA_DIGEST_H

#include "base/err.h"

#include <stddef.h>

/* SHA-256 by FFmpeg's libavutil, as lower-case digits and a NUL. */
enum { DIGEST_HEX = 65 };

enum ih_status digest_bytes(char hex[DIGEST_HEX], const void *data, size_t n, struct ih_error *e);
enum ih_status digest_file(char hex[DIGEST_HEX], const char *path, struct ih_error *e);

#endif
