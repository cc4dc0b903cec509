/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/digest.h"

#include "server/text.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/random.h>

bool digest_sha256(unsigned char out[DIGEST_BYTES], const void *data, size_t n)
{
    return EVP_Digest(data, n, out, NULL, EVP_sha256(), NULL) == 1;
}

bool digest_hmac(
    unsigned char out[DIGEST_BYTES], const void *key, size_t key_bytes, const void *data, size_t n)
{
    return HMAC(EVP_sha256(), key, (int)key_bytes, data, n, out, NULL) != NULL;
}

bool digest_same(const unsigned char *a, const unsigned char *b)
{
    return CRYPTO_memcmp(a, b, DIGEST_BYTES) == 0;
}

bool secret_new(char text[SECRET_TEXT])
{
    unsigned char byte[SECRET_BYTES];
    if (getrandom(byte, sizeof byte, 0) != (ssize_t)sizeof byte)
        return false;
    text_base64(text, byte, sizeof byte);
    OPENSSL_cleanse(byte, sizeof byte);
    text[SECRET_TEXT - 1] = 0; /* where the padding was */
    for (char *c = text; *c; c++)
        *c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
    return true;
}
