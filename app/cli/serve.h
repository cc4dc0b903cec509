/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SERVE_H
#define CLI_SERVE_H

#include "server/server.h"

/* serve_supply.c: the catalog and the hub; the settings are borrowed. */
struct supply serve_supply(struct settings *s);

#endif
