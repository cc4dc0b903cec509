/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

#include <stddef.h>

/* A whole file, or standard input for "-", with a NUL behind it that *bytes does not count; free()
 * it. 0, or an exit code after saying what is wrong. */
int input_whole(const char *path, size_t limit, char **out, size_t *bytes);

#endif
