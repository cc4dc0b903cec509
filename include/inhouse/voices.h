/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INHOUSE_VOICES_H
#define INHOUSE_VOICES_H

#include "inhouse/inhouse.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Voice profiles: voices that a company makes itself, each a small file of its own. A profile is
 * the style that makes a model sound like somebody, what the voice is used with (style, speed,
 * pitch, pronunciations), and the record of that person's consent. A voice of a person without
 * consent cannot be made; a blend of a model's own voices is nobody's and needs none.
 *
 * The file carries a SHA-256 of its content: it shows damage and careless editing. It is no
 * signature; who can write the file can write the digest. Times are "2026-11-25T08:30:00Z". */

enum ih_consent_state {
    IH_CONSENT_UNCHECKED, /* nobody has compared the statement's words; `reason` says why */
    IH_CONSENT_CHECKED,   /* a model read the required sentence in it */
    IH_CONSENT_DENIED,    /* a model read something else */
};

struct ih_consent {
    const char *who, *when;
    const char *sentence;   /* that had to be said */
    const char *transcript; /* what a model read in the statement; "" when none did */
    const char *reader;     /* that model's name; "" when none did */
    const char *clip_sha256, *statement_sha256; /* of the recordings' files */
    enum ih_consent_state state;
    const char *reason;
};

struct ih_profile_info {
    const char *name;     /* letters, digits, - and _ */
    const char *about;    /* a few words; may be "" */
    const char *model;    /* name of the model whose style it is */
    const char *language; /* code of the person's language; "" when it does not matter */
    const char *blend;    /* "anna:0.7+ben:0.3" for a synthetic voice, else "" */
    bool synthetic;
    const char *style; /* used where a request names none; "" for none */
    float speed;       /* factor */
    float pitch;       /* semitones */
    const char *lexicon;
    struct ih_consent consent;               /* of a person's voice; else its strings are "" */
    const char *created, *expires, *revoked; /* the last two "" for never */
};

struct ih_profile;

/* What goes into a new profile; strings are borrowed. */
struct ih_profile_request {
    const char *name, *about, *language, *style, *lexicon; /* only the name is required */
    float speed, pitch;                                    /* 0: 1 and 0 */
    const char *expires;                                   /* a day or a time, UTC; null: never */
    /* A person's voice: 5 to 120 seconds of it, and a recording of the consent sentence. */
    const char *clip, *statement; /* files */
    const char *who;              /* the person, as in the sentence */
    const char *company;          /* who may use it; null: "the owner of this device" */
    struct ih_model *reader;      /* transcribes the statement; null: it stays unchecked */
    /* The reader is known not to read everybody: what it does not read makes the profile unchecked
     * and is no refusal. */
    bool reader_is_weak;
    /* Or a synthetic one: */
    const char *blend;    /* of the model's voices and of other synthetic profiles */
    const char *profiles; /* folder of those */
};

/* The sentence that a person has to say, in a language ("en", "de" ...; English for those that have
 * none). Returns the length needed without the terminator, like snprintf. */
int ih_consent_sentence(
    const char *language, const char *who, const char *company, char *buf, size_t size);

enum ih_status ih_profile_create(struct ih_profile **out, struct ih_model *model,
    const struct ih_profile_request *request, struct ih_error *e);

/* Reads and checks a file: IH_BAD_DATA says what is wrong with it. Expired and revoked profiles can
 * be read; they cannot be spoken with. */
enum ih_status ih_profile_open(struct ih_profile **out, const char *path, struct ih_error *e);
void ih_profile_close(struct ih_profile **p);

/* Borrowed until the profile is closed or revoked. */
const struct ih_profile_info *ih_profile_info(const struct ih_profile *p);

/* Writes FOLDER/NAME.voice.json, which appears only when it is complete; IH_INVALID when it is
 * there and may not be replaced. */
enum ih_status ih_profile_save(
    const struct ih_profile *p, const char *folder, bool replace, struct ih_error *e);

/* IH_OK when it may be spoken with at a time (seconds since 1970), else a sentence. */
enum ih_status ih_profile_usable(const struct ih_profile *p, int64_t time, struct ih_error *e);

/* Takes the style out for good and leaves the record with the time of it; save it afterwards. */
enum ih_status ih_profile_revoke(struct ih_profile *p, int64_t time, struct ih_error *e);

/* The file of a profile of a name; the length needed without the terminator, like snprintf. */
int ih_profile_path(const char *folder, const char *name, char *buf, size_t size);

/* Calls fn for each profile of a folder in the order of their names: p is null for a file that
 * cannot be read, and e says why. A folder that is not there holds none. */
enum ih_status ih_profile_each(const char *folder,
    void (*fn)(void *arg, const char *path, const struct ih_profile *p, const struct ih_error *e),
    void *arg, struct ih_error *e);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
