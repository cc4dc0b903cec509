/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_FETCH_URL_H
#define SERVER_FETCH_URL_H

#include "server/problem.h"
#include "server/settings.h"
#include "server/spool.h"

#include <curl/curl.h>
#include <sys/socket.h>

/* Fetching what a request names by an address. A client must not make the server look around where
 * the client itself cannot: only addresses that begin as one of limits.fetch_from are asked for,
 * with https (http on this machine alone); redirects are not followed, and names that turn out to
 * be addresses of a private network lead nowhere unless that network is listed too. */

/* fetch_allow.c */

/* Whether the setting makes sense: beginnings of addresses, and networks such as 10.0.0.0/8. */
enum ih_status fetch_check_setting(const char *list, struct ih_error *e);
/* Whether an address may be fetched, as far as that can be told without looking its host up. The
 * address as it is to be asked for becomes *whole, to be freed with curl_free(). False fills in the
 * problem, which is about `param`. */
bool fetch_allowed(
    const struct settings *s, const char *url, const char *param, char **whole, struct problem *p);
/* Whether a connection to where a host turned out to be is allowed. */
bool fetch_address_allowed(const char *list, const char *host, const struct sockaddr *address);

/* fetch_url.c */

struct fetch {
    const struct settings *settings;
    const char *url, *param; /* as in fetch_allowed() */
    const char *folder;      /* for the spool */
    bool (*gone)(void *arg); /* nobody waits any more; asked about once a second */
    void *arg;
};

/* At most limits.upload_megabytes in limits.upload_seconds; limits.idle_seconds without anything
 * end it too. *out is to be closed. False fills in the problem. */
bool fetch_url(struct spool **out, const struct fetch *f, struct problem *p);

#endif
