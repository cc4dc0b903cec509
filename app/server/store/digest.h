/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_DIGEST_H
#define STORE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

/* What secrets are made of and told by, from OpenSSL's libcrypto. False where that has no memory or
 * the system no random numbers. */

enum { DIGEST_BYTES = 32, SECRET_BYTES = 32, SECRET_TEXT = 44 };

bool digest_sha256(unsigned char out[DIGEST_BYTES], const void *data, size_t n);
bool digest_hmac(
    unsigned char out[DIGEST_BYTES], const void *key, size_t key_bytes, const void *data, size_t n);
/* In a time that does not tell where they differ. */
bool digest_same(const unsigned char *a, const unsigned char *b);

/* 32 random bytes as 43 characters of base64url (RFC 4648, without padding) and a NUL. */
bool secret_new(char text[SECRET_TEXT]);

#endif
