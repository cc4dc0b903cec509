/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

/* Reads a whole text as a decimal number with a point, in every locale: no exponent, no infinity.
 */
bool number_read(const char *s, double *out);

/* A count of one to nine digits, all n bytes of it; 0 for anything else. */
double number_count(const char *text, size_t n);

#endif
