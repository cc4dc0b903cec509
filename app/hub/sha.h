/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HUB_SHA_H
#define HUB_SHA_H

#include <stddef.h>
#include <stdint.h>

/* SHA-1 and SHA-256 (FIPS 180-4). The hub names large files by their SHA-256 and small ones by the
 * SHA-1 that git gives them. */
struct sha {
    int words; /* of the digest: 5 or 8 */
    uint64_t length;
    uint32_t state[8];
    unsigned char block[64];
};

enum { SHA1_HEX = 40, SHA256_HEX = 64 };

void sha1_init(struct sha *s);
void sha256_init(struct sha *s);
void sha_update(struct sha *s, const void *data, size_t n);
/* Writes the digest as lower-case digits: 41 or 65 bytes with the terminator. */
void sha_hex(struct sha *s, char *hex);

#endif
