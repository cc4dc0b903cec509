/* SPDX-License-Identifier: Apache-2.0 */
#include "text/ctc.h"

#include <math.h>
#include <string.h>

static const double never = -1e4;    /* logarithm of what cannot be */
static const double nothing = 1e-15; /* paths of this share of the likeliest are dropped */
static const double unmarked = 1e-6; /* least share of a text that no mark follows */
static const double likely = -4;     /* logarithm of a share of the text so far */
static const double small = 1e-100;  /* states are scaled up when nothing larger is left */

static double log_of(double x)
{
    return x > 0 ? log(x) : never;
}

size_t ctc_doubles(int64_t frames)
{
    return 2 * (size_t)(frames + 1);
}

static void place(struct ctc_state *s, double *memory, const struct ctc_frames *f)
{
    s->blank = memory;
    s->letter = memory + f->frames + 1;
}

void ctc_begin(struct ctc_state *s, double *memory, const struct ctc_frames *f)
{
    *s = (struct ctc_state){.last = -1};
    place(s, memory, f);
    const float *p = f->p + f->blank * f->frames;
    int64_t t = 0;
    s->blank[0] = 1;
    for (; t < f->frames && s->blank[t] > nothing; t++)
        s->blank[t + 1] = s->blank[t] * (double)p[t];
    s->end = t;
    memset(s->letter, 0, (size_t)(t + 1) * sizeof *s->letter);
}

void ctc_copy(struct ctc_state *dst, const struct ctc_state *src, const struct ctc_frames *f)
{
    double *memory = dst->blank;
    size_t bytes = (size_t)(src->end + 1 - src->first) * sizeof *memory;
    *dst = *src;
    place(dst, memory, f);
    memcpy(dst->blank + src->first, src->blank + src->first, bytes);
    memcpy(dst->letter + src->first, src->letter + src->first, bytes);
}

/* What was said begins with the text and this letter. The same letter twice needs a blank between.
 */
static double prefix_with(const struct ctc_frames *f, const struct ctc_state *s, int32_t letter)
{
    const float *p = f->p + letter * f->frames;
    int64_t end = s->end < f->frames ? s->end + 1 : f->frames;
    double sum = 0;
    if (letter == s->last)
        for (int64_t t = s->first; t < end; t++)
            sum += s->blank[t] * (double)p[t];
    else
        for (int64_t t = s->first; t < end; t++)
            sum += (s->blank[t] + s->letter[t]) * (double)p[t];
    return log_of(sum) + s->scale;
}

/* What was said is the text. */
static double whole(const struct ctc_frames *f, const struct ctc_state *s)
{
    if (s->spaced)
        return s->whole;
    double sum = s->end == f->frames ? s->blank[s->end] + s->letter[s->end] : 0;
    return log_of(sum) + s->scale;
}

static void scale_up(struct ctc_state *s, double top)
{
    for (int64_t i = s->first; i <= s->end; i++) {
        s->blank[i] /= top;
        s->letter[i] /= top;
    }
    s->scale += log(top);
}

/* Goes on by one letter, in place: a path ends in the letter at a frame if it did at the frame
 * before or begins it here, and in a blank if it was done with the letter before. */
static void extend(const struct ctc_frames *f, struct ctc_state *s, int32_t letter)
{
    const float *p = f->p + letter * f->frames, *rest = f->p + f->blank * f->frames;
    double ends_blank = 0, ends_letter = 0, top = 0;
    double old_blank = s->blank[s->first], old_letter = s->letter[s->first];
    int64_t t = s->first, first = t + 1;
    if (t == f->frames) /* no room for another letter */
        s->blank[first = t] = s->letter[t] = 0;
    for (; t < f->frames; t++) {
        double begins = old_blank + (letter == s->last ? 0 : old_letter);
        ends_blank = (ends_blank + ends_letter) * (double)rest[t];
        ends_letter = (ends_letter + begins) * (double)p[t];
        old_blank = t < s->end ? s->blank[t + 1] : 0;
        old_letter = t < s->end ? s->letter[t + 1] : 0;
        s->blank[t + 1] = ends_blank;
        s->letter[t + 1] = ends_letter;
        top = top > ends_blank + ends_letter ? top : ends_blank + ends_letter;
        if (t >= s->end && ends_blank + ends_letter <= top * nothing)
            break;
    }
    s->end = t < f->frames ? t + 1 : f->frames;
    while (first < s->end && s->blank[first] + s->letter[first] <= top * nothing)
        first++;
    s->first = first;
    s->last = letter;
    if (top > 0 && top < small)
        scale_up(s, top);
}

/* " - " has three separators; a mark is one in text without spaces. */
enum kind { NOTHING, UNHEARD, MARK, SEPARATOR, LETTERS };
enum { SEPARATORS = 3 };

static enum kind kind_of(const struct ctc_speller *p, const struct ctc_frames *f,
    const struct ctc_state *s, int32_t token)
{
    if (token < 0 || token >= p->tokens)
        return NOTHING;
    int32_t first = p->first[token];
    if (first == p->first[token + 1])
        return UNHEARD;
    if (p->begin[first + 1] - p->begin[first] > 1 || p->letter[p->begin[first]] != p->space)
        return LETTERS;
    if (s->separators >= SEPARATORS)
        return UNHEARD;
    return f->spaced ? SEPARATOR : MARK;
}

/* The next letter is a space, or there is none. */
static double separated(
    const struct ctc_speller *p, const struct ctc_frames *f, const struct ctc_state *s)
{
    if (s->last < 0 || s->spaced)
        return s->score;
    double space = prefix_with(f, s, p->space), end = whole(f, s);
    double high = fmax(space, end), low = fmin(space, end);
    return high + log1p(exp(low - high));
}

/* Of what was said and begins with the text and this letter: all of it, and what goes on with a
 * mark. One walk over the frames, since every token that a search looks at needs it. */
static void weigh(const struct ctc_speller *p, const struct ctc_frames *f,
    const struct ctc_state *s, int32_t letter, double *all, double *marked)
{
    const float *own = f->p + letter * f->frames, *rest = f->p + f->blank * f->frames;
    const float *marks = f->p + f->marks * f->frames;
    bool is_mark = p->letter_begin[letter] == p->letter_begin[letter + 1];
    double blank = 0, last = 0, sum = 0, more = 0;
    for (int64_t t = s->first; t < f->frames; t++) {
        double next = (double)marks[t], other = is_mark ? next - (double)own[t] : next;
        more += blank * next + last * (other > 0 ? other : 0);
        double begins = t > s->end ? 0 : s->blank[t] + (letter == s->last ? 0 : s->letter[t]);
        sum += begins * (double)own[t];
        blank = (blank + last) * (double)rest[t];
        last = (last + begins) * (double)own[t];
        if (t >= s->end && blank + last <= sum * nothing)
            break;
    }
    *all = sum;
    *marked = more;
}

/* What was said begins with the text and this spelling, and no mark follows. */
static double prefix_spelled(const struct ctc_speller *p, const struct ctc_frames *f,
    const struct ctc_state *s, int32_t spelling, double *scratch)
{
    const int32_t *letter = p->letter + p->begin[spelling];
    int32_t count = p->begin[spelling + 1] - p->begin[spelling];
    struct ctc_state next;
    if (count > 1) {
        place(&next, scratch, f);
        ctc_copy(&next, s, f);
        for (int i = 0; i < count - 1; i++)
            extend(f, &next, letter[i]);
        s = &next;
    }
    if (f->marks < 0)
        return prefix_with(f, s, letter[count - 1]);
    double all, marked;
    weigh(p, f, s, letter[count - 1], &all, &marked);
    double least = unmarked * all;
    return log_of(all - marked > least ? all - marked : least) + s->scale;
}

/* The spelling of the token that was heard best, and what the text is worth with it. */
static int32_t best_spelling(const struct ctc_speller *p, const struct ctc_frames *f,
    const struct ctc_state *s, int32_t token, double *scratch, double *score)
{
    int32_t best = p->first[token];
    *score = prefix_spelled(p, f, s, best, scratch);
    for (int32_t k = best + 1; k < p->first[token + 1]; k++) {
        double other = prefix_spelled(p, f, s, k, scratch);
        if (other > *score) {
            best = k;
            *score = other;
        }
    }
    return best;
}

double ctc_gain(const struct ctc_speller *p, const struct ctc_frames *f, const struct ctc_state *s,
    int32_t token, double *scratch)
{
    double score;
    if (token == CTC_END)
        return whole(f, s) - s->score;
    switch (kind_of(p, f, s, token)) {
    case NOTHING:
    case MARK:
        return 0;
    case UNHEARD:
        return CTC_UNHEARD;
    case SEPARATOR:
        return separated(p, f, s) - s->score;
    case LETTERS:
        break;
    }
    best_spelling(p, f, s, token, scratch, &score);
    return score - s->score;
}

int ctc_likely(const struct ctc_speller *p, const struct ctc_frames *f, const struct ctc_state *s,
    int32_t *token, int room)
{
    int count = 0;
    for (int32_t c = 0; c < p->letters; c++) {
        if (c == p->space || prefix_with(f, s, c) < s->score + likely)
            continue;
        for (int32_t i = p->letter_begin[c]; i < p->letter_begin[c + 1] && count < room; i++)
            token[count++] = p->by_letter[i];
    }
    return count;
}

void ctc_advance(const struct ctc_speller *p, const struct ctc_frames *f, struct ctc_state *s,
    int32_t token, double *scratch)
{
    enum kind kind = kind_of(p, f, s, token);
    s->separators += kind == MARK || kind == SEPARATOR;
    if (kind == SEPARATOR && s->last >= 0 && !s->spaced) {
        s->score = separated(p, f, s);
        s->whole = whole(f, s);
        s->spaced = true;
        extend(f, s, p->space);
    }
    if (kind != LETTERS)
        return;
    int32_t spelling = best_spelling(p, f, s, token, scratch, &s->score);
    for (int32_t i = p->begin[spelling]; i < p->begin[spelling + 1]; i++)
        extend(f, s, p->letter[i]);
    s->spaced = false;
    s->separators = 0;
}
