/* SPDX-License-Identifier: Apache-2.0 */
/* What requests to several models may say. */
#include "server/several.h"

#include "review/critique.h"
#include "server/text.h"

#include <stdlib.h>
#include <string.h>

static const char critique[] = "critique:", council[] = "council:";

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static bool add(struct several *s, const char *name, size_t n, const char *model, struct problem *p)
{
    if (n == 0 || n >= sizeof s->name[0] || s->count == SEVERAL_MOST)
        return problem_set(p, 400, "invalid_value", "model",
            "'%.100s' is neither critique:A+B nor council:A+B[+C ...]@J of at most eight members",
            model);
    memcpy(s->name[s->count], name, n);
    s->name[s->count++][n] = 0;
    return true;
}

bool several_read(struct several *s, const char *model, struct problem *p)
{
    *s = (struct several){0};
    if (!model || (!begins(model, critique) && !begins(model, council)))
        return true;
    s->kind = begins(model, critique) ? SEVERAL_CRITIQUE : SEVERAL_COUNCIL;
    const char *at = strchr(model, ':') + 1;
    const char *judge = s->kind == SEVERAL_COUNCIL ? strrchr(at, '@') : NULL;
    const char *end = judge ? judge : at + strlen(at);
    for (bool more = true; more;) {
        const char *plus = memchr(at, '+', (size_t)(end - at));
        if (!add(s, at, (size_t)((plus ? plus : end) - at), model, p))
            return false;
        more = plus != NULL;
        at = more ? plus + 1 : end;
    }
    /* A wrong number of names is told as a name that is none. */
    if (s->kind == SEVERAL_CRITIQUE)
        return s->count == 2 || add(s, "", 0, model, p);
    if (s->count < 2 || !judge)
        return add(s, "", 0, model, p);
    return add(s, judge + 1, strlen(judge + 1), model, p);
}

int several_steps(const char *model)
{
    struct several s;
    struct problem p;
    if (!several_read(&s, model, &p) || s.kind == SEVERAL_NONE)
        return 1;
    /* Plan, draft, review, revision. */
    return s.kind == SEVERAL_CRITIQUE ? 4 : s.count;
}

static bool take_sources(struct chat_work *w, const struct form *f, struct problem *p)
{
    const json_t *s;
    size_t i;
    w->sources = chat_json(f, "sources");
    if (!form_find(f, "sources"))
        return true;
    if (!json_is_array(w->sources) || json_array_size(w->sources) > CRITIQUE_SOURCES_MOST)
        return problem_set(p, 400, "invalid_value", "sources",
            "sources must be a list of at most %d", CRITIQUE_SOURCES_MOST);
    json_array_foreach(w->sources, i, s)
    {
        const json_t *name = json_object_get(s, "name");
        const char *text = json_string_value(json_object_get(s, "text"));
        if (!text || !text[strspn(text, " \t\r\n")] || (name && !json_is_string(name)))
            return problem_set(p, 400, "invalid_value", "sources",
                "source %zu must have a text and may have a name", i + 1);
    }
    return true;
}

static bool take_rounds(
    struct chat_work *w, const struct several *s, const struct form *f, struct problem *p)
{
    const struct field *rounds = form_find(f, "rounds");
    int64_t n = 1;
    if (rounds && s->kind == SEVERAL_COUNCIL)
        return problem_set(p, 400, "unsupported_parameter", "rounds", "a council has no rounds");
    if (rounds && (!text_integer(rounds->text, &n) || n < 1 || n > CRITIQUE_ROUNDS_MOST))
        return problem_set(p, 400, "invalid_value", "rounds",
            "rounds must be a whole number from 1 to %d", CRITIQUE_ROUNDS_MOST);
    w->rounds = (int)n;
    return true;
}

/* Options of one model: how several are asked is not the client's to say. */
static bool has_options_of_one(const struct form *f, const char **name)
{
    static const char *const taken[] = {"tokens", "seed", "model", "stream"};
    int n;
    const struct ih_option *o = ih_options(&n);
    for (int i = 0; i < n; i++) {
        bool known = !(o[i].tasks & IH_CHAT) || !(o[i].surfaces & IH_ON_HTTP);
        for (size_t k = 0; k < sizeof taken / sizeof *taken; k++)
            known = known || strcmp(taken[k], o[i].name) == 0;
        *name = o[i].name;
        if (!known && form_find(f, o[i].name))
            return true;
    }
    *name = form_find(f, "stop")                ? "stop"
            : form_find(f, "presence_penalty")  ? "presence_penalty"
            : form_find(f, "frequency_penalty") ? "frequency_penalty"
                                                : NULL;
    return *name != NULL;
}

bool several_take(struct chat_work *w, const struct form *f, struct problem *p)
{
    struct several s;
    const char *name;
    if (!several_read(&s, w->model, p))
        return false;
    if (s.kind == SEVERAL_NONE) {
        name = form_find(f, "sources") ? "sources" : form_find(f, "rounds") ? "rounds" : NULL;
        return !name || problem_set(p, 400, "unsupported_parameter", name,
                            "%s are for models such as critique:A+B", name);
    }
    if (w->request.chat.tools || w->request.chat.schema)
        return problem_set(p, 400, "unsupported_parameter", w->request.chat.tools ? "tools" : NULL,
            "several models at work on one answer take no tools and no schema");
    if (has_options_of_one(f, &name))
        return problem_set(p, 400, "unsupported_parameter", name,
            "several models at work on one answer take no %s", name);
    return take_sources(w, f, p) && take_rounds(w, &s, f, p);
}
