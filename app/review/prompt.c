/* SPDX-License-Identifier: Apache-2.0 */
#include "review/prompt.h"

#include "review/words.h"

#include <string.h>

enum { SHOWN_MOST = 200, FENCED_MOST = CRITIQUE_SOURCES_MOST };

char *prompt_writer(const struct prompts *p)
{
    struct pad pad;
    if (!pad_open(&pad))
        return NULL;
    if (p->setup->purpose == CRITIQUE_PICTURE)
        fputs(
            "You describe pictures for a program that draws them. You are given a request; you "
            "write "
            "one description of at most 120 words: what is seen, where it stands, light, colours, "
            "style. You write the description alone, without a heading.\n",
            pad.file);
    else
        fputs("You write answers that somebody else will review. Write in the language of the "
              "request, "
              "plainly and completely. State what you know as plain sentences.\n",
            pad.file);
    if (p->setup->purpose == CRITIQUE_ANSWER && p->sources)
        fputs("Rest every statement on the sources you are given. End each sentence with the "
              "number of the "
              "source that it rests on in brackets, such as [1], or [1][2] for two. Cite no other "
              "sources. Say nothing that they do not say; where they are silent, say that they "
              "are. Quote word "
              "for word or not at all. Copy numbers exactly.\n",
            pad.file);
    else if (p->setup->purpose == CRITIQUE_ANSWER)
        fputs("You have no sources: cite none, quote nobody, and say where you are not sure.\n",
            pad.file);
    fence_rule(pad.file, p->fence);
    return pad_take(&pad);
}

char *prompt_reviewer(const struct prompts *p)
{
    struct pad pad;
    if (!pad_open(&pad))
        return NULL;
    if (p->setup->purpose == CRITIQUE_PICTURE)
        fputs("You review the description of a picture before it is drawn. Judge each of its "
              "numbered "
              "sentences: \"grounded\" is whether it is what the request asks for, \"citation\" is "
              "always \"not "
              "needed\", \"consistent\" is whether it agrees with the other sentences and can be "
              "drawn.\n",
            pad.file);
    else
        fputs("You review answers as an expert who has not written them. Judge each of the "
              "numbered claims: "
              "\"grounded\" is whether the sources say so (\"not needed\" for what needs no "
              "source), \"citation\" is "
              "whether the cited source exists and is the one that says so, \"consistent\" is "
              "whether it agrees "
              "with the other claims.\n",
            pad.file);
    fputs("Say in \"reason\" in one sentence why; then in \"verdict\" whether to keep, change or "
          "remove it. "
          "List in \"missing\" what the request asks for and the text leaves out; leave the list "
          "empty when it is "
          "complete. Say in \"summary\" in one sentence what you think of it. Object to what is "
          "wrong, not "
          "to taste.\n",
        pad.file);
    fence_rule(pad.file, p->fence);
    fputs("Answer with one JSON object, as the schema says, and nothing else:\n"
          "{\"claims\": [{\"claim\": 1, \"grounded\": \"yes|partly|no|not needed\", \"citation\": "
          "\"right|wrong|missing|not needed\", \"consistent\": \"yes|no\", \"reason\": \"...\", "
          "\"verdict\": "
          "\"keep|change|remove\"}], \"missing\": [\"...\"], \"summary\": \"...\"}\n",
        pad.file);
    return pad_take(&pad);
}

void prompt_fence(struct prompts *p, const char *text)
{
    const struct critique_setup *s = p->setup;
    struct ih_source all[FENCED_MOST + 2];
    int n = p->sources < FENCED_MOST ? p->sources : FENCED_MOST;
    if (p->fence[0] && !strstr(text, p->fence))
        return;
    memcpy(all, p->source, (size_t)n * sizeof *all);
    all[n++] = (struct ih_source){NULL, s->prompt, strlen(s->prompt)};
    all[n++] = (struct ih_source){NULL, text, strlen(text)};
    fence_choose(p->fence, all, n);
}

static bool begin(struct pad *pad, const struct prompts *p)
{
    if (!pad_open(pad))
        return false;
    fence_sources(pad->file, p->fence, p->source, p->sources);
    fprintf(pad->file, "The request:\n%s\n\n", p->setup->prompt);
    return true;
}

char *prompt_plan(const struct prompts *p)
{
    struct pad pad;
    if (!begin(&pad, p))
        return NULL;
    fprintf(pad.file,
        "Plan the answer first: list the claims that it will make, numbered, a line each%s, at "
        "most "
        "twelve. Write the list alone.\n",
        p->sources ? ", with the sources [n] that each rests on" : "");
    return pad_take(&pad);
}

char *prompt_draft(const struct prompts *p, bool planned)
{
    struct pad pad;
    if (planned ? !pad_open(&pad) : !begin(&pad, p))
        return NULL;
    fputs(planned ? "Now write the answer that the plan is of. Do not speak of the plan. Write the "
                    "answer alone.\n"
          : p->setup->purpose == CRITIQUE_PICTURE ? "Write the description.\n"
                                                  : "Write the answer.\n",
        pad.file);
    return pad_take(&pad);
}

static void shown(FILE *to, const char *text, size_t bytes)
{
    size_t n = word_fit(text, bytes, SHOWN_MOST);
    word_line(to, text, n);
    fputs(n < bytes ? "..." : "", to);
}

/* What comes nearest to it, for whoever mends it. */
static void nearest(
    FILE *to, const struct ih_finding *f, const struct ih_source *source, int sources)
{
    if (f->source < 0 || f->source >= sources || !f->source_bytes)
        return;
    fprintf(to, "; nearest in source [%d]: ", f->source + 1);
    shown(to, source[f->source].text + f->source_start, f->source_bytes);
}

void prompt_finding(FILE *to, const struct ih_finding *f, const char *text,
    const struct ih_source *source, int sources)
{
    const char *words = text + f->start;
    if (f->kind == IH_CITATION) {
        fputc('[', to);
        shown(to, words, f->bytes);
        fputs(
            f->verdict == IH_NO_SOURCE ? "]: there is no such source" : "]: the source exists", to);
        return;
    }
    fprintf(to, "the %s ", ih_finding_kind_name(f->kind));
    shown(to, words, f->bytes);
    if (f->verdict == IH_ELSEWHERE)
        fprintf(to, " stands in source [%d], which is not the one that is cited", f->source + 1);
    else if (f->verdict == IH_FOUND)
        fprintf(to, " stands in source [%d]", f->source + 1);
    else
        fputs(" stands in no source", to);
    if (f->verdict == IH_NOT_SAID)
        nearest(to, f, source, sources);
}

/* What code has against a claim; -1: what stands in none. */
static void print_findings(
    FILE *to, const struct prompts *p, const struct critique_round *r, int claim)
{
    for (int i = 0; i < r->findings.findings; i++) {
        const struct ih_finding *f = &r->findings.finding[i];
        if (f->verdict == IH_FOUND || critique_claim_of(r, f) != claim)
            continue;
        fputs("   - looked up by a program: ", to);
        prompt_finding(to, f, r->text, p->setup->source, p->setup->sources);
        fputc('\n', to);
    }
}

static void print_claim(FILE *to, const struct critique_round *r, int i)
{
    fprintf(to, "%d. ", i + 1);
    word_line(to, r->text + r->claim[i].start, r->claim[i].bytes);
    fputc('\n', to);
}

char *prompt_review(const struct prompts *p, const struct critique_round *r)
{
    struct pad pad;
    if (!begin(&pad, p))
        return NULL;
    fprintf(pad.file, "The %s, sentence by sentence:\n",
        p->setup->purpose == CRITIQUE_PICTURE ? "description" : "answer");
    fence_begin(pad.file, p->fence);
    for (int i = 0; i < r->claims; i++)
        print_claim(pad.file, r, i);
    fence_end(pad.file, p->fence);
    bool any = false;
    for (int i = 0; i < r->claims; i++) {
        if (!critique_disproves(r, i))
            continue;
        if (!any)
            fputs("A program has compared quotations, numbers and citations with the sources, word "
                  "for word:\n",
                pad.file);
        any = true;
        fprintf(pad.file, "Claim %d:\n", i + 1);
        print_findings(pad.file, p, r, i);
    }
    fprintf(pad.file, "Judge claims 1 to %d, each once.\n", r->claims);
    return pad_take(&pad);
}

static void print_objection(
    FILE *to, const struct prompts *p, const struct critique_round *r, int i)
{
    const json_t *c = json_array_get(json_object_get(r->verdict, "claims"), (size_t)i);
    const char *reason = json_string_value(json_object_get(c, "reason"));
    const char *verdict = json_string_value(json_object_get(c, "verdict"));
    print_claim(to, r, i);
    if (verdict && strcmp(verdict, "keep") != 0) {
        fprintf(to, "   - the reviewer says %s: ", verdict);
        word_line(to, reason, strlen(reason));
        fputc('\n', to);
    } else if (reason && *reason) {
        fputs("   - the reviewer says: ", to);
        word_line(to, reason, strlen(reason));
        fputc('\n', to);
    }
    print_findings(to, p, r, i);
}

char *prompt_revise(const struct prompts *p, const struct critique_round *r)
{
    struct pad pad;
    const json_t *missing = json_object_get(r->verdict, "missing");
    const char *what = p->setup->purpose == CRITIQUE_PICTURE ? "description" : "answer";
    if (!begin(&pad, p))
        return NULL;
    fence_text(pad.file, p->fence, "The text as it is:", r->text, strlen(r->text));
    fputs("What was found in it:\n", pad.file);
    fence_begin(pad.file, p->fence);
    for (int i = 0; i < r->claims; i++)
        if (critique_objects(r, i))
            print_objection(pad.file, p, r, i);
    print_findings(pad.file, p, r, -1);
    for (size_t i = 0; i < json_array_size(missing); i++) {
        const char *gap = json_string_value(json_array_get(missing, i));
        fputs("missing: ", pad.file);
        word_line(pad.file, gap, strlen(gap));
        fputc('\n', pad.file);
    }
    fence_end(pad.file, p->fence);
    fprintf(pad.file,
        "Write the whole %s again with these faults mended: change or leave out what is wrong, add "
        "what "
        "is missing%s, and leave every other sentence as it is. Write the %s alone.\n",
        what, p->sources ? " where the sources say it" : "", what);
    return pad_take(&pad);
}
