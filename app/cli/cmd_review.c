/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/input.h"
#include "cli/json.h"
#include "cli/review.h"
#include "cli/signals.h"
#include "review/record.h"

#include <stdlib.h>
#include <string.h>

enum { RECORD_MOST = 64 << 20 };

/* One run of `inhouse review`. */
struct review_work {
    struct panel panel;
    struct critique_setup setup;
    struct critique_result result;
    const char *record, *speak, *draw;
};

static int open_setup(struct review_work *w)
{
    struct panel *p = &w->panel;
    const struct args *a = p->args;
    const struct author *both[2] = {NULL, NULL};
    const char *draft = args_value(a, "draft", NULL), *review = args_value(a, "review", NULL);
    const char *reviser = args_value(a, "reviser", "drafter");
    long long rounds = 1;
    if (!draft || !review)
        return usage_error(
            a->command, "name who drafts with --draft and who reviews with --review");
    if (strcmp(reviser, "drafter") != 0 && strcmp(reviser, "reviewer") != 0)
        return usage_error(
            a->command, "--reviser must be drafter or reviewer, not '%.40s'", reviser);
    if (!panel_whole(a, "rounds", 1, CRITIQUE_ROUNDS_MOST, &rounds))
        return EXIT_USAGE;
    int code = panel_author(p, draft, &both[0]);
    if (!code)
        code = panel_author(p, review, &both[1]);
    if (code)
        return code;
    w->setup = (struct critique_setup){.drafter = both[0],
        .reviewer = both[1],
        .swap = args_has(a, "swap"),
        .reviewer_revises = strcmp(reviser, "reviewer") == 0,
        .prompt = p->prompt,
        .source = p->source,
        .sources = p->sources,
        .purpose = w->draw ? CRITIQUE_PICTURE : CRITIQUE_ANSWER,
        .rounds = (int)rounds,
        .tokens = p->tokens,
        .context = panel_context(p, both, 2),
        .seed = p->seed,
        .timeout = p->timeout,
        .budget = p->budget};
    return EXIT_DONE;
}

static int write_json(const struct panel *p, json_t *json)
{
    char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    int code = EXIT_INTERNAL;
    if (text)
        code = panel_write(p, text);
    else
        complain("not enough memory");
    json_decref(json);
    free(text);
    return code;
}

/* The final to its place, the rest to standard error. */
static int show(const struct panel *p, const json_t *record)
{
    int code = panel_write(p, panel_text(record, "final"));
    review_label(&p->err, record);
    if (!p->quiet)
        review_show(&p->err, record);
    return code;
}

static int keep(struct review_work *w)
{
    struct panel *p = &w->panel;
    int code = EXIT_DONE;
    if (w->record)
        code = panel_save(w->record, record_json(&w->setup, &w->result, true));
    json_t *brief = record_json(&w->setup, &w->result, false);
    int shown = EXIT_INTERNAL;
    if (p->json)
        shown = write_json(p, json_incref(brief));
    else if (brief)
        shown = show(p, brief);
    json_decref(brief);
    code = code ? code : shown;
    bool quiet = p->quiet || p->json;
    if (!code && w->speak)
        code = review_speak(w->result.final, w->speak, quiet);
    if (!code && w->draw)
        code = review_draw(w->result.final, w->draw, quiet);
    return code;
}

static int review(struct review_work *w)
{
    struct ih_error e = {0};
    enum ih_status status = critique_run(&w->result, &w->setup, &w->panel.job, &e);
    panel_end(&w->panel);
    int code = status ? panel_exit(&w->panel, status, &e) : keep(w);
    critique_free(&w->result);
    return code;
}

static int compare(const struct panel *p, json_t *record)
{
    struct ih_error e = {0};
    char what[64];
    bool same = false;
    if (record_compare(record, &same, what, sizeof what, &e) != IH_OK) {
        complain("%s", e.text);
        return exit_for_model(e.code);
    }
    if (p->json) {
        json_object_set_new(record, "same", json_boolean(same));
        int code = write_json(p, json_incref(record));
        return code ? code : same ? EXIT_DONE : EXIT_INPUT;
    }
    int code = show(p, record);
    const char *sign = p->err.utf8 ? same ? "✓ " : "✗ " : "";
    if (same && !p->quiet)
        fprintf(stderr, "\n%s%swhat code says of these texts is what the record says%s\n",
            style(&p->err, STYLE_GREEN), sign, style_end(&p->err));
    if (!same)
        fprintf(stderr, "\n%s%swhat code says of these texts is not what the record says: %s%s\n",
            style(&p->err, STYLE_RED), sign, what, style_end(&p->err));
    return code ? code : same ? EXIT_DONE : EXIT_INPUT;
}

/* Shows a record again; no model is asked. */
static int replay(const struct args *args, const char *path)
{
    struct panel p = {.args = args,
        .quiet = args_has(args, "quiet"),
        .json = args_has(args, "json"),
        .path = args_value(args, "output", NULL)};
    struct ih_error e = {0};
    json_error_t where;
    char *text;
    size_t bytes;
    if (args->count)
        return usage_error(args->command, "--replay shows a record and takes no prompt");
    terminal_init(&p.out, stdout);
    terminal_init(&p.err, stderr);
    int code = input_whole(path, RECORD_MOST, &text, &bytes);
    if (code)
        return code;
    json_t *record = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, &where);
    free(text);
    if (!record)
        complain("%s: line %d: %s", path, where.line, where.text);
    else if (record_check(record, &e) != IH_OK)
        complain("%s: %s", path, e.text);
    else
        code = compare(&p, record);
    bool read = record && !e.code;
    json_decref(record);
    return read ? code : EXIT_INPUT;
}

int run_review(const struct args *args)
{
    const char *path = args_value(args, "replay", NULL);
    if (path)
        return replay(args, path);
    struct review_work *w = calloc(1, sizeof *w);
    if (!w) {
        complain("not enough memory");
        return EXIT_INTERNAL;
    }
    w->record = args_value(args, "record", NULL);
    w->speak = args_value(args, "speak", NULL);
    w->draw = args_value(args, "draw", NULL);
    int code = review_check_further(args, w->speak, w->draw);
    if (!code && w->record)
        code = panel_try(w->record);
    if (!code) {
        code = panel_open(&w->panel, args);
        if (!code)
            code = open_setup(w);
        if (!code)
            code = review(w);
        panel_close(&w->panel);
    }
    free(w);
    return code;
}
