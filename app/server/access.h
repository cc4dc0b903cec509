/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_ACCESS_H
#define SERVER_ACCESS_H

#include "server/job.h"
#include "server/store/keys.h"

/* Who may do what, and how much of it. */

/* Who shows this key ("" for none). *k is that key of the store, or all zeros for the key of the
 * settings and where no key is needed: such may do everything. False fills in the problem (401). */
bool access_open(
    const struct host *host, const char *shown, struct key *k, struct asked *a, struct problem *p);

/* Says that a key of the store is of no use any more. Returns false. */
bool access_refuse_key(const struct key *k, struct problem *p);

/* Whether the key may name what a form of that operation names: its models and, in speech, its
 * voices. */
bool access_allows(const struct key *k, const struct operation *operation, const struct form *f,
    struct problem *p);

/* Whether that is what Azure calls the model behind persons' voices ("DragonLatestNeural"):
 * nobody's voice, whose name stands around theirs in SSML. */
bool access_is_base(const char *name, size_t n);

/* The same for voices: those of a form, in fields and in SSML; or one. */
bool access_allows_voices(const struct key *k, const struct form *f, struct problem *p);
bool access_allows_voice(const struct key *k, const char *voice, struct problem *p);

/* The same for a model alone, which may be null. */
bool access_allows_model(const struct key *k, const char *model, struct problem *p);

/* Takes out of the key's quotas what is used at once; false fills in the problem (429). */
bool access_take(
    const struct host *host, const struct key *k, const struct amounts *used, struct problem *p);

/* Counts a request that is about work, and says in headers what is left. */
bool access_admit(
    const struct host *host, const struct key *k, struct answer *a, struct problem *p);

/* Around the work of a job: takes what it may use at most out of its key's quotas; afterwards
 * counts what it did use. `keep`: in the store too, and not where a job's own end does that. */
bool charge_begin(
    const struct host *host, const struct job *j, struct amounts *reserved, struct problem *p);
void charge_end(
    const struct host *host, const struct job *j, const struct amounts *reserved, bool keep);

#endif
