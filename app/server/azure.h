/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_AZURE_H
#define SERVER_AZURE_H

#include "inhouse/inhouse.h"
#include "inhouse/transcribe.h"
#include "server/routes.h"

/* Azure's addresses and shapes (Azure OpenAI, AI Speech, Foundry), brought onto our operations. */

/* /openai/deployments/{name}/...: OpenAI's requests, where the name in the address is the model. */
extern const struct adapter azure_deployment;
/* /mai/v1/images/...: width and height are fields of their own. */
extern const struct adapter azure_picture;
/* /cognitiveservices/v1: the body is SSML, a header says the format. */
extern const struct adapter azure_speech;
/* /customvoice/...: what stands behind that is the request's item. */
extern const struct adapter azure_persona;
/* /speechtotext/transcriptions:transcribe: the fields are one JSON object, "definition"
 * (azure_transcript.c). */
extern const struct adapter azure_transcription;
/* POST /openai/batches, whose `endpoint` may be without the "/v1" in front. */
extern const struct adapter azure_batch;

/* GET /cognitiveservices/voices/list, as in struct route. */
bool azure_voices(const struct host *host, const char *path, const struct form *form,
    struct answer *a, struct problem *p);

/* A transcript in the shape of Azure's fast transcription. `locale` is what the request said, or
 * null. */
json_t *azure_transcript(const struct ih_transcript *t, const char *locale);

/* azure_names.c: a copy of an SSML text in which names of Azure's voices ("en-US-AvaNeural") that
 * the model does not have are voices of its own in the same language, to be freed with free(); null
 * when there are none, or no memory. */
char *azure_rename_voices(const char *ssml, size_t bytes, const struct ih_voice *voice, int count);
/* The same for one name: a voice of the list, or null. */
const char *azure_voice(const char *name, size_t bytes, const struct ih_voice *voice, int count);

/* The value of the first attribute speakerProfileId of an SSML text, as it is written; null where
 * there is none. */
const char *azure_profile(const char *ssml, size_t *bytes);

#endif
