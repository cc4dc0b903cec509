/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HUB_HUB_H
#define HUB_HUB_H

#include "hub/http.h"
#include "hub/sha.h"

/* Models from a hub that speaks Hugging Face's protocol. A model is fetched into FOLDER.partial; it
 * becomes FOLDER when every file is there and has the length and the hash that the hub announced. A
 * file that breaks off stays and is continued by the next call. */

/* A file as the hub announces it; what it does not say is -1 or "". Its name may have one folder in
 * front: "voices/af_heart.pt". */
struct hub_file {
    char name[128];
    int64_t size;
    char sha256[SHA256_HEX + 1]; /* of large files */
    char git_sha1[SHA1_HEX + 1]; /* of small ones, as git names their content */
};

struct hub_listing {
    char commit[48]; /* what the revision stands for at this moment */
    struct hub_file *file;
    int count;
};

enum ih_status hub_list(struct hub_listing *out, const struct hub *hub, const char *repo,
    const char *revision, struct ih_error *e);
void hub_listing_free(struct hub_listing *l);
/* The file of that name, or null. */
struct hub_file *hub_listing_find(const struct hub_listing *l, const char *name);

/* Whether a file of this name may be fetched: NAME or FOLDER/NAME, each safe on every file system.
 * Others are left out of a listing. */
bool hub_is_name(const char *name);
/* The same for the folder of a model. */
bool hub_is_model_name(const char *name);
/* "owner/name", and a branch, tag or commit: nothing that would change the address. */
bool hub_is_repo(const char *text);
bool hub_is_revision(const char *text);
/* Lower-case digits of the right number; null is none. */
bool hub_is_sha256(const char *text);
bool hub_is_sha1(const char *text);

/* Keeps the files that a model needs (configuration, tokenizer, weights in safetensors: one file
 * where there is one, else the set its index names; of a pipeline the same in each of its folders;
 * where there are no safetensors, the one .pth and voices/) and those asked for, in the order of
 * their names. IH_BAD_DATA when two of them cannot lie side by side on every file system. */
enum ih_status hub_choose(
    struct hub_listing *l, const char *const *wanted, int wanted_count, struct ih_error *e);
/* The part about names alone; sorts them. */
enum ih_status hub_check_names(struct hub_listing *l, struct ih_error *e);

struct hub_pull {
    const char *repo, *revision; /* "owner/name", "main" */
    const char *folder;
    const char *const *files; /* wanted besides what a model needs */
    int file_count;
    const struct hub_file *expected; /* what they must be, whatever the hub says: name, sha256 */
    int expected_count;
    int parallel; /* files that are fetched at the same time, at least 1 */
};
enum ih_status hub_pull(const struct hub *hub, const struct hub_pull *p, struct ih_error *e);

/* Fetches one file into folder/NAME by way of folder/NAME.part and checks it; file->sha256 is
 * filled in. */
enum ih_status hub_fetch(const struct hub *hub, const struct hub_pull *p, const char *folder,
    const char *commit, struct hub_file *file, struct ih_error *e);

/* The same for all files of a listing, several at once. The first failure stops the others; what
 * they have stays and is continued by the next call. */
enum ih_status hub_fetch_all(const struct hub *hub, const struct hub_pull *p, const char *folder,
    struct hub_listing *l, struct ih_error *e);

/* Compares a file with what was announced. hub may be null. */
enum ih_status hub_check(
    const struct hub *hub, const char *path, struct hub_file *file, struct ih_error *e);

/* The files of a folder on this machine, two levels deep, links followed: names and lengths. Names
 * that hub_is_name() refuses are left out. */
enum ih_status hub_list_folder(struct hub_listing *out, const char *folder, struct ih_error *e);

/* Keeps what a model on this machine may need: all files but further copies of the weights. */
enum ih_status hub_choose_here(struct hub_listing *l, struct ih_error *e);

/* Copies the listing's files from one folder to another, where their folders are made already. What
 * is known of a file beforehand is checked, and its SHA-256 filled in. */
enum ih_status hub_copy(const struct hub *hub, const char *from, const char *to,
    struct hub_listing *l, struct ih_error *e);

/* Copies one file. */
enum ih_status hub_copy_one(
    const struct hub *hub, const char *from, const char *to, struct ih_error *e);

enum ih_status hub_fail(struct ih_error *e, enum ih_status code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
