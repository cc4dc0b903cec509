/* SPDX-License-Identifier: Apache-2.0 */
#include "author/local.h"

static enum ih_status write(void *self, const struct ih_chat_options *options,
    struct ih_chat_job *job, struct ih_chat_answer *out, struct ih_error *e)
{
    return ih_chat_write(self, options, job, out, e);
}

struct author local_author(const char *name, struct ih_chat *place)
{
    return (struct author){.name = name, .write = write, .self = place};
}
