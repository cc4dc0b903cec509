/* SPDX-License-Identifier: Apache-2.0 */
#include "support/scripted.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static enum ih_status fail(struct ih_error *e, enum ih_status code, const char *text)
{
    e->code = code;
    snprintf(e->text, sizeof e->text, "%s", text);
    return code;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static enum ih_status write(void *self, const struct ih_chat_options *o, struct ih_chat_job *job,
    struct ih_chat_answer *out, struct ih_error *e)
{
    struct script *s = self;
    memset(out, 0, sizeof *out);
    if (s->asked == s->lines)
        return fail(e, IH_INTERNAL, "the script is over");
    const struct script_line *line = &s->line[s->asked];
    s->system[s->asked] = strdup(o->message[0].text);
    s->last[s->asked] = strdup(o->message[o->messages - 1].text);
    s->schema[s->asked] = o->schema ? strdup(o->schema) : NULL;
    s->messages[s->asked++] = o->messages;
    if (line->cancels)
        job->job.cancel = 1;
    while (line->waits && !job->job.cancel && (job->job.deadline <= 0 || now() < job->job.deadline))
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    if (line->cancels || line->waits)
        return fail(e, IH_CANCELLED, "cancelled");
    if (line->status)
        return fail(e, line->status, line->error);
    out->text = strdup(line->answer);
    out->end = line->cut ? IH_CHAT_LENGTH : IH_CHAT_STOP;
    out->prompt_tokens = 1000;
    out->tokens = 100;
    return IH_OK;
}

void scripted_init(struct script *s, const char *name)
{
    *s = (struct script){
        .author = {.name = name, .read_price = 1, .write_price = 2, .write = write}};
    s->author.self = s;
}

void scripted_say(struct script *s, const char *answer)
{
    s->line[s->lines++] = (struct script_line){.answer = answer};
}

void scripted_fail(struct script *s, enum ih_status status, const char *error)
{
    s->line[s->lines++] = (struct script_line){.status = status, .error = error};
}

void scripted_free(struct script *s)
{
    for (int i = 0; i < s->asked; i++) {
        free(s->system[i]);
        free(s->last[i]);
        free(s->schema[i]);
    }
}
