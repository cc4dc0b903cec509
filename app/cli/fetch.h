/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_FETCH_H
#define CLI_FETCH_H

#include "hub/catalog.h"
#include "hub/hub.h"

/* Models from the hub, for `inhouse models pull` and for the server. */

/* What the environment says of the hub: HF_ENDPOINT, HF_TOKEN ("" for none). */
struct hub_place {
    char address[512], token[256];
};
/* IH_NETWORK while HF_HUB_OFFLINE is set, IH_INVALID for what is no address or no token. */
enum ih_status hub_place_read(struct hub_place *p, struct ih_error *e);

/* What somebody asks for, as a repository and a name here. */
struct fetch_wanted {
    char repo[200], revision[100], name[128];
    const struct catalog_model *known; /* null: by its repository */
};
/* Understands a name of the catalog and hf:OWNER/NAME, both with @REVISION where another one is
 * wanted. IH_NOT_FOUND for what is neither, IH_INVALID for names that cannot be. Of a model that
 * comes with the program the repository is "". */
enum ih_status fetch_understand(
    struct fetch_wanted *w, const struct catalog *catalog, const char *asked, struct ih_error *e);

struct fetch {
    const char *repo, *revision, *folder;
    const struct catalog_model *known; /* null: by its repository */
    const char *const *files;          /* wanted besides what a model needs */
    int file_count, parallel;
};
/* As hub_pull(); of the revision that the catalog knows the files must be what it says. */
enum ih_status fetch_model(const struct hub *hub, const struct fetch *f, struct ih_error *e);

#endif
