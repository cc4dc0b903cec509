/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/review.h"
#include "cli/signals.h"
#include "review/council.h"

#include <stdlib.h>
#include <string.h>

/* One run of `inhouse council`. */
struct council_work {
    struct panel panel;
    struct council_setup setup;
    struct council_result result;
    char *names; /* of --models, cut up */
};

/* The members, with commas between them, and the judge; all are opened before anybody is asked. */
static int open_members(struct council_work *w)
{
    struct panel *p = &w->panel;
    const struct args *a = p->args;
    const char *models = args_value(a, "models", NULL), *judge = args_value(a, "judge", NULL);
    const struct author *all[COUNCIL_MOST + 1];
    char *rest = NULL;
    int code = EXIT_DONE, n = 0;
    if (!models || !judge)
        return usage_error(
            a->command, "name who answers with --models A,B and who compares with --judge");
    w->names = strdup(models);
    if (!w->names)
        return EXIT_INTERNAL;
    for (char *name = strtok_r(w->names, ",", &rest); name && !code;
         name = strtok_r(NULL, ",", &rest)) {
        if (n == COUNCIL_MOST)
            return usage_error(a->command, "a council has at most %d members", COUNCIL_MOST);
        code = panel_author(p, name, &all[n]);
        w->setup.member[n] = all[n];
        n++;
    }
    if (!code && n < COUNCIL_LEAST)
        return usage_error(a->command, "a council has at least %d members", COUNCIL_LEAST);
    if (!code)
        code = panel_author(p, judge, &all[n]);
    if (code)
        return code;
    w->setup.members = n;
    w->setup.judge = all[n];
    w->setup.prompt = p->prompt;
    w->setup.source = p->source;
    w->setup.sources = p->sources;
    w->setup.tokens = p->tokens;
    w->setup.context = panel_context(p, all, n + 1);
    w->setup.seed = p->seed;
    w->setup.timeout = p->timeout;
    w->setup.budget = p->budget;
    return EXIT_DONE;
}

static int show(struct council_work *w, const json_t *council)
{
    struct panel *p = &w->panel;
    char *text = NULL;
    if (p->json)
        text = json_dumps(council, JSON_COMPACT);
    else if (p->path)
        text = council_text(&w->result);
    else
        council_show(&p->out, council);
    if (!text && (p->json || p->path)) {
        complain("not enough memory");
        return EXIT_INTERNAL;
    }
    int code = text ? panel_write(p, text) : flush_stdout();
    free(text);
    if (!p->json && !p->quiet)
        panel_steps(&p->err, json_object_get(council, "steps"), json_object_get(council, "totals"));
    return code;
}

static int hold(struct council_work *w)
{
    struct ih_error e = {0};
    enum ih_status status = council_run(&w->result, &w->setup, &w->panel.job, &e);
    panel_end(&w->panel);
    int code = status ? panel_exit(&w->panel, status, &e) : EXIT_INTERNAL;
    if (!status) {
        json_t *council = council_json(&w->setup, &w->result, false);
        if (council)
            code = show(w, council);
        else
            complain("not enough memory");
        json_decref(council);
    }
    council_free(&w->result);
    return code;
}

int run_council(const struct args *args)
{
    struct council_work *w = calloc(1, sizeof *w);
    if (!w) {
        complain("not enough memory");
        return EXIT_INTERNAL;
    }
    int code = panel_open(&w->panel, args);
    if (!code)
        code = open_members(w);
    if (!code)
        code = hold(w);
    panel_close(&w->panel);
    free(w->names);
    free(w);
    return code;
}
