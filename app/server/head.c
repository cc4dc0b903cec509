/* SPDX-License-Identifier: Apache-2.0 */
#include "server/head.h"

#include <libwebsockets.h>
#include <string.h>

/* A known header, or one by its name with the colon; "" when it is not there, false when it is too
 * long. */
static bool copy_header(
    struct lws *wsi, enum lws_token_indexes token, const char *name, char value[VALUE_MOST])
{
    int n = name ? lws_hdr_custom_length(wsi, name, (int)strlen(name))
                 : lws_hdr_total_length(wsi, token);
    *value = 0;
    if (n <= 0)
        return true;
    int copied = name ? lws_hdr_custom_copy(wsi, value, VALUE_MOST, name, (int)strlen(name))
                      : lws_hdr_copy(wsi, value, VALUE_MOST, token);
    return copied >= 0;
}

static const char *method_name(struct lws *wsi)
{
    static const char *const names[] = {
        "GET", "POST", "OPTIONS", "PUT", "PATCH", "DELETE", "CONNECT", "HEAD"};
    char *uri;
    int n, method = lws_http_get_uri_and_method(wsi, &uri, &n);
    return method >= 0 && method < (int)(sizeof names / sizeof *names) ? names[method] : "?";
}

/* What stands behind the '?' of the address, piece by piece. False when there is too much of it. */
static bool copy_arguments(
    struct lws *wsi, char text[ARGUMENTS_MOST][VALUE_MOST], const char *list[ARGUMENTS_MOST + 1])
{
    int n = 0;
    while (n < ARGUMENTS_MOST) {
        int copied = lws_hdr_copy_fragment(wsi, text[n], VALUE_MOST, WSI_TOKEN_HTTP_URI_ARGS, n);
        if (copied < 0 && lws_hdr_fragment_length(wsi, WSI_TOKEN_HTTP_URI_ARGS, n) > 0)
            return false;
        if (copied <= 0)
            break;
        list[n] = text[n];
        n++;
    }
    list[n] = NULL;
    return n < ARGUMENTS_MOST;
}

static bool copy_all(struct head *h, struct lws *wsi)
{
    return copy_arguments(wsi, h->arguments, h->list) &&
           copy_header(wsi, WSI_TOKEN_HTTP_CONTENT_TYPE, NULL, h->type) &&
           copy_header(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, NULL, h->length) &&
           copy_header(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING, NULL, h->coding) &&
           copy_header(wsi, WSI_TOKEN_HTTP_AUTHORIZATION, NULL, h->authorization) &&
           copy_header(wsi, WSI_TOKEN_HTTP_EXPECT, NULL, h->expect) &&
           copy_header(wsi, WSI_TOKEN_HTTP, NULL, h->version) &&
           copy_header(wsi, WSI_TOKEN_PROTOCOL, NULL, h->protocol) &&
           copy_header(wsi, WSI_TOKEN_COUNT, "api-key:", h->key) &&
           (*h->key || copy_header(wsi, WSI_TOKEN_COUNT, "ocp-apim-subscription-key:", h->key)) &&
           copy_header(wsi, WSI_TOKEN_COUNT, "x-microsoft-outputformat:", h->output) &&
           copy_header(wsi, WSI_TOKEN_COUNT, "prefer:", h->prefer) &&
           copy_header(wsi, WSI_TOKEN_COUNT, "idempotency-key:", h->once) &&
           copy_header(wsi, WSI_TOKEN_COUNT, "x-inhouse-webhook:", h->hook);
}

/* The library takes a NUL behind a slash for the end of the path, and closes the connection on any
 * other. */
static bool is_cut(struct lws *wsi)
{
    char *uri = NULL;
    int n = 0;
    return lws_http_get_uri_and_method(wsi, &uri, &n) >= 0 && (size_t)n > strnlen(uri, (size_t)n);
}

void head_read(struct head *h, struct lws *wsi, const char *path)
{
    bool whole = copy_all(h, wsi);
    if (!whole)
        *h = (struct head){0};
    if (!copy_header(wsi, WSI_TOKEN_HTTP_IF_NONE_MATCH, NULL, h->known))
        *h->known = 0; /* it is none of ours */
    h->request = (struct request_head){.method = method_name(wsi),
        .cut = is_cut(wsi),
        .too_large = !whole,
        .path = path,
        .content_type = h->type,
        .content_length = h->length,
        .transfer_encoding = h->coding,
        .authorization = h->authorization,
        .api_key = h->key,
        .prefer = h->prefer,
        .once = h->once,
        .hook = h->hook,
        .known = h->known,
        .output_format = h->output,
        .arguments = h->list};
}
