/* SPDX-License-Identifier: Apache-2.0 */
/* New voices: of a person, or blended. */
#include "cli/voices.h"
#include "inhouse/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Flags that both kinds of voices take; those of 'inhouse speak' are checked as there. */
static int read_common(const struct args *a, struct ih_profile_request *r, char **lexicon)
{
    struct ih_request request;
    struct ih_error e;
    static const char *const checked[] = {"speed", "pitch", "style"};
    ih_request_defaults(&request, IH_SPEAK);
    for (size_t i = 0; i < sizeof checked / sizeof *checked; i++) {
        const char *value = args_value(a, checked[i], NULL);
        if (value && ih_option_set(&request, checked[i], value, IH_ON_COMMAND_LINE, &e))
            return usage_error(a->command, "%s", e.text);
    }
    r->speed = request.speak.speed;
    r->pitch = request.speak.pitch;
    r->style = request.speak.style;
    r->about = args_value(a, "about", NULL);
    r->expires = args_value(a, "expires", NULL);
    r->language = args_value(a, "language", NULL);
    const char *path = args_value(a, "lexicon", NULL);
    enum { LONGEST = 1 << 20 };
    FILE *f = path ? fopen(path, "rb") : NULL;
    if (!path)
        return EXIT_DONE;
    *lexicon = calloc(1, LONGEST + 1);
    size_t n = f && *lexicon ? fread(*lexicon, 1, LONGEST, f) : 0;
    bool whole = f && !ferror(f) && n < LONGEST;
    if (f)
        fclose(f);
    if (!whole) {
        complain("%s cannot be read, or is larger than a megabyte", path);
        return EXIT_INPUT;
    }
    r->lexicon = *lexicon;
    return EXIT_DONE;
}

/* The model that reads the consent: --check, else the program's choice. Its own small model does
 * not read everybody. */
static int open_reader(const struct args *a, struct voice_model *m, struct ih_profile_request *r)
{
    struct ih_error e;
    const char *name = args_value(a, "check", NULL);
    if (name && (strcmp(name, "off") == 0 || strcmp(name, "none") == 0))
        return EXIT_DONE;
    enum ih_status status =
        name ? model_locate(&m->reader_entry, name, &e) : model_default(&m->reader_entry, &e);
    if (!status)
        status = ih_model_open(&m->reader, m->engine, m->reader_entry.path, NULL, &e);
    if (status && name) {
        complain("%s", e.text);
        return exit_for_model(status);
    }
    r->reader = m->reader;
    r->reader_is_weak = !name && strcmp(m->reader_entry.name, "transcribe-1") == 0;
    return EXIT_DONE;
}

static int create(const struct args *a, const char *folder, struct voice_model *m,
    const struct ih_profile_request *r)
{
    struct ih_profile *p = NULL;
    struct ih_error e;
    enum ih_status status = make_folders(folder, &e);
    if (!status)
        status = ih_profile_create(&p, m->model, r, &e);
    if (!status)
        status = ih_profile_save(p, folder, args_has(a, "force"), &e);
    if (status)
        complain("%s", e.text);
    if (!status && !args_has(a, "quiet")) {
        const struct ih_profile_info *i = ih_profile_info(p);
        printf("made the voice %s for %s\n", i->name, i->model);
        if (!i->synthetic && i->consent.state != IH_CONSENT_CHECKED)
            printf("its consent is not checked: %s\n", i->consent.reason);
    }
    ih_profile_close(&p);
    if (status == IH_BAD_DATA || status == IH_NOT_FOUND)
        return EXIT_INPUT;
    return status == IH_IO ? EXIT_OUTPUT : exit_for_model(status);
}

int create_voice(const struct args *a, const char *folder, const char *name)
{
    struct voice_model m;
    char *lexicon = NULL, sentence[512];
    struct ih_profile_request r = {.name = name,
        .clip = args_value(a, "from", NULL),
        .statement = args_value(a, "consent", NULL),
        .who = args_value(a, "who", NULL),
        .company = args_value(a, "company", NULL),
        .profiles = folder};
    int code = read_common(a, &r, &lexicon);
    if (!code && (!r.who || !r.clip || !r.statement)) {
        ih_consent_sentence(r.language, r.who, r.company, sentence, sizeof sentence);
        code = usage_error(a->command,
            "a person's voice needs --who NAME, --from CLIP and --consent RECORDING, in which the "
            "person says:\n\n  %s\n",
            sentence);
    }
    if (!code && voice_model_open(&m, a, false, &code)) {
        code = open_reader(a, &m, &r);
        if (!code)
            code = create(a, folder, &m, &r);
        voice_model_close(&m);
    }
    free(lexicon);
    return code;
}

int blend_voice(const struct args *a, const char *folder, const char *name, const char *voices)
{
    struct voice_model m;
    char *lexicon = NULL;
    struct ih_profile_request r = {.name = name, .blend = voices, .profiles = folder};
    int code = read_common(a, &r, &lexicon);
    if (!code && voice_model_open(&m, a, false, &code)) {
        code = create(a, folder, &m, &r);
        voice_model_close(&m);
    }
    free(lexicon);
    return code;
}
