/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_TOML_H
#define SERVER_TOML_H

#include "inhouse/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The part of TOML 1.0 that configurations need, read strictly: comments, [tables], bare keys,
 * strings in "quotes" (with all escapes) or 'quotes', decimal integers and floats, booleans, and
 * arrays of strings, which may span lines. The rest of the language (dates, dotted and quoted keys,
 * inline tables, arrays of tables, strings over several lines, other bases, inf and nan) is refused
 * with a sentence, and so is a key or a table that comes twice. */

enum toml_type { TOML_STRING, TOML_INTEGER, TOML_FLOAT, TOML_BOOLEAN, TOML_STRINGS };

struct toml_value {
    enum toml_type type;
    const char *text; /* of a string: its content; of the others as written without '_' */
    int64_t integer;
    double number; /* of integers too */
    bool boolean;
    const char *const *strings;
    int count;
};

/* Called for each key with its table in front ("server.port"), in the order of the file; all is
 * borrowed for the call. Anything but IH_OK ends the reading; the sentence gets the line in front.
 */
typedef enum ih_status (*toml_fn)(
    void *arg, const char *name, const struct toml_value *value, struct ih_error *e);

/* IH_INVALID with "line 3: ..." for what is not understood. */
enum ih_status toml_read(
    const char *text, size_t bytes, toml_fn take, void *arg, struct ih_error *e);

#endif
