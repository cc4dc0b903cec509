/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REVIEW_PASSAGES_H
#define REVIEW_PASSAGES_H

#include "inhouse/evidence.h"

/* Sources that are too long for a model, cut to the passages that a question is about. */
struct passages {
    struct ih_source *source; /* as many as were given; names are borrowed */
    int sources;
    int passages, kept; /* of the sources that had to be cut */
    char *note;         /* what was left out, as a sentence; null: nothing */
};

/* Keeps at most `most` bytes: of each source the paragraphs that share most with the question
 * (Okapi BM25 over words), in their order, with "[...]" where some are missing. Sources that fit
 * together stay as they are. passages_free() frees the result. IH_NO_MEMORY. */
enum ih_status passages_choose(struct passages *out, const struct ih_source *source, int sources,
    const char *question, size_t most, struct ih_error *e);
void passages_free(struct passages *p);

#endif
