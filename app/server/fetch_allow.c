/* SPDX-License-Identifier: Apache-2.0 */
#include "server/fetch_url.h"
#include "server/text.h"
#include "server/url_part.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ENTRY_MOST = 1024 };

/* An address of either family as the 16 bytes of IPv6. */
struct place {
    unsigned char byte[16];
};

static const unsigned char mapped[12] = {[10] = 0xFF, [11] = 0xFF};

static bool read_place(struct place *p, const char *text)
{
    if (inet_pton(AF_INET6, text, p->byte) == 1)
        return true;
    memcpy(p->byte, mapped, sizeof mapped);
    return inet_pton(AF_INET, text, p->byte + 12) == 1;
}

/* "10.0.0.0/8", "fd00::/8" or one address. */
static bool read_network(struct place *p, int *bits, const char *text)
{
    char address[64];
    int64_t n;
    size_t length = strcspn(text, "/");
    snprintf(address, sizeof address, "%.*s", (int)length, text);
    if (length >= sizeof address || !read_place(p, address))
        return false;
    int short_of = strchr(address, ':') ? 0 : 96;
    *bits = 128;
    if (!text[length])
        return true;
    bool good = text_integer(text + length + 1, &n) && n >= 0 && n <= 128 - short_of;
    *bits = good ? (int)n + short_of : 0;
    return good;
}

static bool in_network(const struct place *p, const struct place *network, int bits)
{
    int whole = bits / 8, rest = bits % 8;
    if (memcmp(p->byte, network->byte, (size_t)whole) != 0)
        return false;
    return rest == 0 || (p->byte[whole] ^ network->byte[whole]) >> (8 - rest) == 0;
}

/* Every network that is not the public one (IANA's registries of special-purpose addresses), and
 * those whose addresses carry one of IPv4. */
static bool is_private(const struct place *p)
{
    static const char *const networks[] = {"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10",
        "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/3", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23",
        "2001:db8::/32", "2002::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"};
    struct place network;
    int bits;
    for (size_t i = 0; i < sizeof networks / sizeof *networks; i++)
        if (read_network(&network, &bits, networks[i]) && in_network(p, &network, bits))
            return true;
    return false;
}

static bool is_this_machine(const struct place *p)
{
    struct place one, many;
    return read_place(&one, "::1") && read_place(&many, "127.0.0.0") &&
           (in_network(p, &one, 128) || in_network(p, &many, 104));
}

/* A host as it stands in an address: "[::1]" too. */
static bool is_number(const char *host, struct place *p)
{
    char bare[64];
    size_t n = strlen(host);
    if (n > 2 && n < sizeof bare && *host == '[') {
        snprintf(bare, sizeof bare, "%.*s", (int)n - 2, host + 1);
        host = bare;
    }
    return read_place(p, host);
}

static bool is_loopback_host(const char *host)
{
    struct place p;
    return strcasecmp(host, "localhost") == 0 || (is_number(host, &p) && is_this_machine(&p));
}

/* An address, as far as it is compared. */
struct parts {
    char scheme[16], host[256], port[16], path[ENTRY_MOST];
};

static bool read_parts(CURLU *u, struct parts *a)
{
    char user[8], *path = NULL;
    url_part(u, CURLUPART_SCHEME, 0, a->scheme, sizeof a->scheme);
    url_part(u, CURLUPART_HOST, 0, a->host, sizeof a->host);
    url_part(u, CURLUPART_PORT, CURLU_DEFAULT_PORT, a->port, sizeof a->port);
    url_part(u, CURLUPART_PATH, 0, a->path, sizeof a->path);
    url_part(u, CURLUPART_USER, 0, user, sizeof user);
    bool whole =
        curl_url_get(u, CURLUPART_PATH, &path, 0) == CURLUE_OK && strlen(path) < sizeof a->path;
    curl_free(path);
    bool web = strcmp(a->scheme, "https") == 0 ||
               (strcmp(a->scheme, "http") == 0 && is_loopback_host(a->host));
    return web && *a->host && !*user && whole;
}

/* What a server may read as a slash or as a step up. */
static bool is_plain(const char *path)
{
    if (strchr(path, '\\') || strstr(path, "/../") || strstr(path, "/./"))
        return false;
    for (const char *c = path; (c = strchr(c, '%')); c++)
        if (strncasecmp(c, "%2e", 3) == 0 || strncasecmp(c, "%2f", 3) == 0 ||
            strncasecmp(c, "%5c", 3) == 0)
            return false;
    return true;
}

static bool begins(const struct parts *a, const struct parts *entry)
{
    size_t n = strlen(entry->path);
    bool below = strncmp(a->path, entry->path, n) == 0 &&
                 (n == 0 || entry->path[n - 1] == '/' || !a->path[n] || a->path[n] == '/');
    return strcmp(a->scheme, entry->scheme) == 0 && strcasecmp(a->host, entry->host) == 0 &&
           strcmp(a->port, entry->port) == 0 && below && (n < 2 || is_plain(a->path));
}

static bool read_entry(const char *text, struct parts *out)
{
    CURLU *u = curl_url();
    char *more = NULL;
    bool good = u && strstr(text, "://") && curl_url_set(u, CURLUPART_URL, text, 0) == CURLUE_OK &&
                read_parts(u, out) && curl_url_get(u, CURLUPART_QUERY, &more, 0) != CURLUE_OK &&
                curl_url_get(u, CURLUPART_FRAGMENT, &more, 0) != CURLUE_OK;
    curl_free(more);
    curl_url_cleanup(u);
    return good;
}

/* The next entry of a list, "" for one that is too long; null behind the last. */
static const char *next_entry(const char *list, char entry[ENTRY_MOST])
{
    size_t n = strcspn(list, ",");
    if (!*list)
        return NULL;
    snprintf(entry, ENTRY_MOST, "%.*s", n < ENTRY_MOST ? (int)n : 0, list);
    return list + n + (list[n] == ',');
}

enum ih_status fetch_check_setting(const char *list, struct ih_error *e)
{
    char entry[ENTRY_MOST];
    struct parts parts;
    struct place place;
    int bits;
    while ((list = next_entry(list, entry)))
        if (!read_network(&place, &bits, entry) && !read_entry(entry, &parts))
            return explain(e, IH_INVALID,
                "limits.fetch_from has beginnings of addresses, such as "
                "https://host.example/calls/ "
                "(http for this machine alone), and networks, such as 10.0.0.0/8, not '%.100s'",
                entry);
    return IH_OK;
}

static bool is_listed(const char *list, const struct parts *parts)
{
    char entry[ENTRY_MOST];
    struct parts beginning;
    while ((list = next_entry(list, entry)))
        if (read_entry(entry, &beginning) && begins(parts, &beginning))
            return true;
    return false;
}

bool fetch_allowed(
    const struct settings *s, const char *url, const char *param, char **whole, struct problem *p)
{
    struct parts parts;
    CURLU *u = curl_url();
    *whole = NULL;
    bool good = u && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
                curl_url_set(u, CURLUPART_FRAGMENT, NULL, 0) == CURLUE_OK &&
                read_parts(u, &parts) && is_listed(s->fetch_from, &parts) &&
                curl_url_get(u, CURLUPART_URL, whole, 0) == CURLUE_OK;
    curl_url_cleanup(u);
    if (good)
        return true;
    return problem_set(p, 400, "url_not_allowed", param, "%s",
        *s->fetch_from ? "this server fetches nothing from that address; its operator says from "
                         "where it does (limits.fetch_from)"
                       : "this server fetches nothing from elsewhere (limits.fetch_from); send the "
                         "recording itself");
}

bool fetch_address_allowed(const char *list, const char *host, const struct sockaddr *address)
{
    char entry[ENTRY_MOST];
    struct place at = {{0}}, network;
    int bits;
    if (address->sa_family == AF_INET6) {
        memcpy(at.byte, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, 16);
    } else if (address->sa_family == AF_INET) {
        memcpy(at.byte, mapped, sizeof mapped);
        memcpy(at.byte + 12, &((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
    } else {
        return false;
    }
    /* A host that is a number was listed as such. */
    if (is_number(host, &network))
        return in_network(&at, &network, 128);
    if (!is_private(&at) || (is_loopback_host(host) && is_this_machine(&at)))
        return true;
    while ((list = next_entry(list, entry)))
        if (read_network(&network, &bits, entry) && in_network(&at, &network, bits))
            return true;
    return false;
}
