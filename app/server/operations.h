/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_OPERATIONS_H
#define SERVER_OPERATIONS_H

#include "inhouse/voices.h"
#include "server/job.h"

/* Each in a file of its own; the fields are OpenAI's and those of inhouse/options.h. */
extern const struct operation operation_transcribe, operation_translate; /* transcribe.c */
/* operation_transcribe with an answer in Azure's shape. */
extern const struct operation operation_recognize;
extern const struct operation operation_speak;                /* speak.c */
extern const struct operation operation_draw, operation_edit; /* draw.c */
extern const struct operation operation_chat;                 /* chat.c */
extern const struct operation operation_respond;              /* respond.c */

/* The model's code for "de", "de-DE" or "German"; what is none of its languages is left to it. */
const char *operation_language(const struct ih_model *model, const char *language);

/* Those that may be kept as jobs; ends with null. */
extern const struct operation *const operations_kept[];

/* Of what lies in the data folder. api_jobs.c, api_files.c, api_admin.c: */
extern const struct operation operation_keep, operation_jobs, operation_job, operation_job_result,
    operation_job_end;
extern const struct operation operation_file_new, operation_files, operation_file,
    operation_file_content, operation_file_end;
extern const struct operation operation_response, operation_response_items,
    operation_response_end; /* api_responses.c */
extern const struct operation operation_batch_new, operation_batches, operation_batch,
    operation_batch_cancel; /* api_batches.c */
/* customvoice.c, customvoice_new.c */
extern const struct operation operation_personas, operation_persona, operation_persona_end,
    operation_project_new, operation_consent_new, operation_voice_new;
extern const struct operation operation_keys, operation_key_new, operation_key_end,
    operation_usage_all, operation_usage_own;

/* api_deployments.c */
extern const struct operation operation_deployments, operation_deployment, operation_deployment_put,
    operation_deployment_end;

/* A field's text, or null. */
const char *asked_text(const struct form *f, const char *name);
/* How many rows of a list are wanted, 1 to `most`; false fills in the problem. */
bool asked_limit(const struct form *f, int fallback, int most, int *limit, struct problem *p);
/* Whose rows a request may see: a key, or -1 for all. */
int64_t asked_owner(const struct asked *a);
/* Answers with an error of the store. */
void answer_store_error(struct answer *a, const struct ih_error *e);

/* voices.c: as in struct route. */
bool voices_now(const struct host *host, const char *path, const struct form *form,
    struct answer *a, struct problem *p);

/* voice_new.c: profiles. Making one is work; the sentence of a consent and deleting answer at once.
 */
extern const struct operation operation_profile_new;
bool consent_now(const struct host *host, const char *path, const struct form *form,
    struct answer *a, struct problem *p);
bool voice_end_now(const struct host *host, const char *path, const struct form *form,
    struct answer *a, struct problem *p);
/* A profile as GET /v1/audio/voices lists it; a new reference, null without memory. */
json_t *profile_json(const struct ih_profile_info *v);

/* api_catalog.c: as in struct route. */
bool catalog_now(const struct host *host, const char *path, const struct form *form,
    struct answer *a, struct problem *p);
bool pull_new_now(const struct host *host, const char *path, const struct form *form,
    struct answer *a, struct problem *p);
bool pull_now(const struct host *host, const char *path, const struct form *form, struct answer *a,
    struct problem *p);
bool pull_end_now(const struct host *host, const char *path, const struct form *form,
    struct answer *a, struct problem *p);
bool repo_new_now(const struct host *host, const char *path, const struct form *form,
    struct answer *a, struct problem *p);
bool repo_now(const struct host *host, const char *path, const struct form *form, struct answer *a,
    struct problem *p);
bool repo_end_now(const struct host *host, const char *path, const struct form *form,
    struct answer *a, struct problem *p);

/* Events of a stream ("data: {...}"), each with its reference taken over: 0, or -1. */
int event_write(struct answer *a, json_t *json);
/* The same with a line "event: NAME" in front. */
int event_write_named(struct answer *a, const char *name, json_t *json);
/* Says in an event what is wrong where a stream has begun, and fails the answer. */
void event_fail(struct answer *a, const struct problem *p);

#endif
