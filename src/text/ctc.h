/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_CTC_H
#define TEXT_CTC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How well a text that is being written token by token agrees with a CTC head: the prefix scores of
 * Watanabe et al. 2017, "Hybrid CTC/Attention Architecture for End-to-End Speech Recognition",
 * section II-C. The head hears letters where the tokens are written text, so each token spells some
 * letters, or separates words (a space, a comma). Words are separated once however many tokens say
 * so, and neither before the first nor behind the last. */

/* What the head heard: probability of class c at frame t is p[c * frames + t]. Zeros would be final
 * and are better avoided. `marks` is one more row, -1 for none: the sum of the letters with which
 * no token begins. Without `spaced` no token separates: for text without spaces, whose `blank`
 * counts the spaces that the head hears. */
struct ctc_frames {
    const float *p;
    int64_t frames;
    int32_t blank, marks;
    bool spaced;
};

/* A token has one spelling or several (a Chinese sign and its readings), of which the one counts
 * that was heard best: token i has the spellings first[i] up to first[i + 1], and spelling k is
 * letter[begin[k]] up to letter[begin[k + 1]]. One that spells the letter `space` alone is a
 * separator. One without a spelling is beyond the head (a rare letter, in bytes) and costs
 * CTC_UNHEARD, as does the fourth separator in a row; if they were free, every search would take
 * them where the sound is unclear. Tokens from `tokens` on (times) are no text and free. Tokens
 * that begin with letter c are by_letter[letter_begin[c]] up to by_letter[letter_begin[c + 1]]. */
struct ctc_speller {
    const int32_t *first, *begin, *letter, *letter_begin, *by_letter;
    int32_t tokens, letters, space;
};

/* Where a text stands. Its memory is [ctc_doubles(frames)] and the caller's. */
struct ctc_state {
    double *blank, *letter; /* [frames + 1] paths up to each frame that end so, times exp(-scale) */
    int64_t first, end;     /* stored from first to end; next to nothing elsewhere */
    double scale, whole, score;
    int32_t last;   /* letter, -1 before the first */
    bool spaced;    /* the separator is spelled, the next word is not */
    int separators; /* since the last letter */
};

enum { CTC_END = -1 };
#define CTC_UNHEARD (-7.0) /* natural logarithm */

size_t ctc_doubles(int64_t frames);
void ctc_begin(struct ctc_state *s, double *memory, const struct ctc_frames *f);
/* dst has memory of its own. */
void ctc_copy(struct ctc_state *dst, const struct ctc_state *src, const struct ctc_frames *f);

/* What the token, or CTC_END, adds to the logarithm of the probability that what was said begins
 * with (or is) the text and goes on with no mark: where a syllable or an accented letter was heard,
 * its beginning is not the token. At most 0. `scratch` is memory for one state. */
double ctc_gain(const struct ctc_speller *p, const struct ctc_frames *f, const struct ctc_state *s,
    int32_t token, double *scratch);
/* Writes the tokens, at most `room`, that begin with a letter which is likely to come next. */
int ctc_likely(const struct ctc_speller *p, const struct ctc_frames *f, const struct ctc_state *s,
    int32_t *token, int room);
/* Takes the token into the text. */
void ctc_advance(const struct ctc_speller *p, const struct ctc_frames *f, struct ctc_state *s,
    int32_t token, double *scratch);

#endif
