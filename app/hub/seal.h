/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HUB_SEAL_H
#define HUB_SEAL_H

#include "inhouse/error.h"

#include <stddef.h>

/* Ed25519 signatures (RFC 8032), with keys in PEM files as openssl writes them. */
enum { SEAL_SIZE = 64 };

/* IH_NOT_FOUND when there is no such file, IH_INVALID when it holds no Ed25519 key. A key with a
 * passphrase has it asked for on the terminal. */
enum ih_status seal_sign(
    unsigned char *seal, const char *key_file, const void *data, size_t n, struct ih_error *e);

/* IH_BAD_DATA when it is not the seal of this key on these bytes. */
enum ih_status seal_check(const unsigned char *seal, const char *public_key_file, const void *data,
    size_t n, struct ih_error *e);

#endif
