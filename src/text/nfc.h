/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_NFC_H
#define TEXT_NFC_H

#include "base/str.h"

/* Unicode's Normalization Form C (UAX #15): characters and marks composed, marks in one order. */

/* False when the text is surely in that form already. */
bool nfc_needed(const char *text, size_t length);

/* Adds the text in that form to `out`, which takes up to three times its bytes. What is not UTF-8
 * stays as it is. More than a thousand marks on one character are ordered a thousand at a time. */
enum ih_status nfc_add(struct str *out, const char *text, size_t length);

#endif
