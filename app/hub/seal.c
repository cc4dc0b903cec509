/* SPDX-License-Identifier: Apache-2.0 */
#include "hub/seal.h"

#include "hub/hub.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>

static enum ih_status read_key(EVP_PKEY **out, const char *path, bool private, struct ih_error *e)
{
    FILE *f = fopen(path, "rb");
    *out = NULL;
    if (!f)
        return hub_fail(e, IH_NOT_FOUND, "%.300s: %s", path, strerror(errno));
    EVP_PKEY *key =
        private ? PEM_read_PrivateKey(f, NULL, NULL, NULL) : PEM_read_PUBKEY(f, NULL, NULL, NULL);
    fclose(f);
    if (key && EVP_PKEY_id(key) == EVP_PKEY_ED25519) {
        *out = key;
        return IH_OK;
    }
    EVP_PKEY_free(key);
    return hub_fail(e, IH_INVALID, "%.300s holds no %s key for Ed25519 in PEM", path,
        private ? "private" : "public");
}

enum ih_status seal_sign(
    unsigned char *seal, const char *key_file, const void *data, size_t n, struct ih_error *e)
{
    EVP_PKEY *key;
    size_t size = SEAL_SIZE;
    enum ih_status status = read_key(&key, key_file, true, e);
    if (status)
        return status;
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    if (!c || EVP_DigestSignInit(c, NULL, NULL, NULL, key) != 1 ||
        EVP_DigestSign(c, seal, &size, data, n) != 1 || size != SEAL_SIZE)
        status = hub_fail(e, IH_INTERNAL, "%.300s cannot sign", key_file);
    EVP_MD_CTX_free(c);
    EVP_PKEY_free(key);
    return status;
}

enum ih_status seal_check(const unsigned char *seal, const char *public_key_file, const void *data,
    size_t n, struct ih_error *e)
{
    EVP_PKEY *key;
    enum ih_status status = read_key(&key, public_key_file, false, e);
    if (status)
        return status;
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    if (!c || EVP_DigestVerifyInit(c, NULL, NULL, NULL, key) != 1)
        status = hub_fail(e, IH_NO_MEMORY, "%.300s cannot be used", public_key_file);
    else if (EVP_DigestVerify(c, seal, SEAL_SIZE, data, n) != 1)
        status =
            hub_fail(e, IH_BAD_DATA, "the signature is not by the key in %.300s", public_key_file);
    EVP_MD_CTX_free(c);
    EVP_PKEY_free(key);
    return status;
}
