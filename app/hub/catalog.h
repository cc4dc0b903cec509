/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HUB_CATALOG_H
#define HUB_CATALOG_H

/* Models that can be fetched by a short name. */
struct catalog_model {
    const char *name;  /* folder on this machine: "whisper-tiny" */
    const char *alias; /* short name: "tiny" */
    const char *repo;  /* on the hub */
    int megabytes;     /* of what is fetched, rounded; lengths and hashes come from the hub */
    const char *licence;
    const char *about;
};

/* Those that transcribe first, ordered from the smallest, English-only models behind the
 * multilingual of their size; then those that speak and those that draw. */
const struct catalog_model *catalog(int *count);

/* By name, alias or repository; null when it is none of these. */
const struct catalog_model *catalog_find(const char *name);

/* How good a model is for transcribing, to choose among several: larger is better, -1 unknown. */
int catalog_rank(const char *name);

#endif
