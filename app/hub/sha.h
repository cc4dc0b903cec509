/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HUB_SHA_H
#define HUB_SHA_H

#include <stdbool.h>
#include <stddef.h>

/* SHA-1 and SHA-256 (FIPS 180-4), by libcrypto, which uses the processor's own instructions. The
 * hub names large files by their SHA-256 and small ones by the SHA-1 that git gives them. */
struct sha {
    void *context;
};

enum { SHA1_HEX = 40, SHA256_HEX = 64 };

/* False without memory. What was begun is to be freed. */
bool sha1_init(struct sha *s);
bool sha256_init(struct sha *s);
void sha_free(struct sha *s);
void sha_update(struct sha *s, const void *data, size_t n);
/* Writes the digest as lower-case digits: 41 or 65 bytes with the terminator. */
void sha_hex(struct sha *s, char *hex);

#endif
