/* SPDX-License-Identifier: Apache-2.0 */
#include "hub/sha.h"

#include <openssl/evp.h>
#include <stdio.h>

static bool init(struct sha *s, const EVP_MD *md)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    s->context = context;
    if (context && EVP_DigestInit_ex(context, md, NULL) == 1)
        return true;
    sha_free(s);
    return false;
}

bool sha1_init(struct sha *s)
{
    return init(s, EVP_sha1());
}

bool sha256_init(struct sha *s)
{
    return init(s, EVP_sha256());
}

void sha_free(struct sha *s)
{
    EVP_MD_CTX_free(s->context);
    s->context = NULL;
}

void sha_update(struct sha *s, const void *data, size_t n)
{
    EVP_DigestUpdate(s->context, data, n);
}

void sha_hex(struct sha *s, char *hex)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    EVP_DigestFinal_ex(s->context, digest, &n);
    hex[0] = 0;
    for (unsigned i = 0; i < n; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}
