/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HUB_BUNDLE_FORMAT_H
#define HUB_BUNDLE_FORMAT_H

#include "hub/bundle.h"

/* What bundle.c and bundle_read.c must agree on. */
#define BUNDLE_FORMAT   "inhouse-bundle-1"
#define BUNDLE_MANIFEST "inhouse-bundle.json"
#define BUNDLE_SEAL     "inhouse-bundle.sig"

/* Models of different names, each with files, whose names any tar and any file system takes. */
enum ih_status bundle_check_names(const struct bundle *b, struct ih_error *e);

#endif
