/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AUTHOR_LOCAL_H
#define AUTHOR_LOCAL_H

#include "author/author.h"

/* A model of this machine as an author; `name` and `place` are borrowed and must outlive it. */
struct author local_author(const char *name, struct ih_chat *place);

#endif
