/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_SERVER_H
#define SERVER_SERVER_H

#include "server/depot.h"
#include "server/settings.h"
#include "server/supply.h"

/* The server as a whole: `inhouse serve`. */

struct server_options {
    const struct settings *settings; /* checked */
    const struct shelf *shelf;
    const struct supply *supply; /* or null */
    struct ih_engine_options engine;
    const char *version;
};

/* Serves until SIGINT or SIGTERM, then answers what is under way and returns; a second signal
 * cancels that. SIGHUP makes it look again at which models are here. Lines about what happens go to
 * standard error. IH_IO when it cannot listen. To be called before there are other threads, which
 * inherit that these signals wait for this one; they stay blocked afterwards, because one too many
 * is no reason to end otherwise. */
enum ih_status server_run(const struct server_options *o, struct ih_error *e);

#endif
