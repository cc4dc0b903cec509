/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEIGHTS_CONFIG_H
#define WEIGHTS_CONFIG_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A JSON document from outside (config.json, tokenizer.json, an index), read once. At most 64 MB,
 * 64 levels and 8 million values; a key that stands twice in one object, a number beyond 64 bits or
 * a double, NaN and Infinity are refused. Values are borrowed and live as long as the document. */
struct config;
struct config_value; /* opaque; null stands for "absent" and is accepted by every reader */

/* The sentence of a failure begins with the path or `name`. */
enum ih_status config_open(struct config **out, const char *path, struct ih_error *e);
enum ih_status config_parse(
    struct config **out, const char *text, size_t size, const char *name, struct ih_error *e);
void config_close(struct config **c);

/* config_root(null) is null. "a.b.c" walks objects, so a key with a dot in it cannot be asked for;
 * a null value counts as absent. */
const struct config_value *config_root(const struct config *c);
const struct config_value *config_find(const struct config_value *v, const char *path);

/* config_int() is for a required whole number and fails with the file's name, the key, the range
 * and what is there. The others give the default when the key is absent or of another type (a
 * whole number is also a number). Strings are UTF-8 without zero bytes. */
enum ih_status config_int(const struct config *c, const char *path, int64_t low, int64_t high,
    int64_t *out, struct ih_error *e);
int64_t config_int_or(const struct config_value *v, int64_t fallback);
double config_number_or(const struct config_value *v, double fallback);
bool config_bool_or(const struct config_value *v, bool fallback);
const char *config_string_or(const struct config_value *v, const char *fallback);

/* The length of a list or object; 0 for anything else. config_item() is for lists: null outside. */
bool config_is_list(const struct config_value *v);
int64_t config_length(const struct config_value *v);
const struct config_value *config_item(const struct config_value *v, int64_t i);

/* Calls fn for each member of an object in file order. */
void config_each(const struct config_value *v,
    void (*fn)(void *arg, const char *key, const struct config_value *value), void *arg);

#endif
