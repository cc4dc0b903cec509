/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_FILES_H
#define BASE_FILES_H

#include "base/err.h"

#include <stdbool.h>

/* Folders of files. */

/* Copies the files of the folder `from` and of the folders in it into the folder `to`, which is
 * there; links are followed. `wanted` is asked for each by its path below `from`, that of a folder
 * with a slash at its end. Folders that lie deeper than three are refused: links can make a tree
 * that has no end. What was copied before a failure stays. */
enum ih_status files_copy(const char *from, const char *to,
    bool (*wanted)(void *arg, const char *path), void *arg, struct ih_error *e);

/* Removes a folder and what is in it, as far as it can; links themselves, not what they lead to. */
void files_remove(const char *folder);

/* Whether `path`, which need not be there, lies in the folder or is it. */
bool files_inside(const char *path, const char *folder);

#endif
