/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "inhouse/error.h"

/* Writes a printf-style sentence into `e` (which may be null) and returns `code`, so that a failing
 * function can end with `return err_set(e, IH_BAD_DATA, "...")`. */
enum ih_status err_set(struct ih_error *e, enum ih_status code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "prefix: " in front of a sentence that is already there; returns the code it holds. */
enum ih_status err_prefix(struct ih_error *e, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The sentence for memory that could not be had; `what` names what it was for. */
enum ih_status err_memory(struct ih_error *e, const char *what);

#endif
