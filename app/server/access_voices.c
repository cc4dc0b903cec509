/* SPDX-License-Identifier: Apache-2.0 */
/* Which voices a key may name: in fields, and in texts in SSML. */
#include "server/access.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

bool access_allows_voice(const struct key *k, const char *voice, struct problem *p)
{
    return key_allows(k->voices, voice, strlen(voice)) ||
           problem_set(p, 403, "voice_not_allowed", "voice",
               "the key may not use the voice '%.100s'", voice);
}

bool access_is_base(const char *name, size_t n)
{
    static const char *const names[] = {
        "DragonLatestNeural", "PhoenixLatestNeural", "MAI-Voice-1", "MAI-Voice-2"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == n && strncasecmp(names[i], name, n) == 0)
            return true;
    return false;
}

/* Whether "voice" at this place is the name of an element, with or without a prefix. */
static bool is_tag(const char *text, const char *at)
{
    const char *c = at;
    if (c > text && c[-1] == ':')
        for (c--; c > text && !strchr("<> \t\r\n\"'=:/", c[-1]); c--)
            ;
    return c > text && c[-1] == '<' && strchr(" \t\r\n/>", at[5]);
}

/* Where the tag that begins here ends; in quotes '>' is a character as any other. */
static const char *tag_end(const char *at)
{
    char quote = 0;
    for (; *at && (quote || *at != '>'); at++)
        if (quote ? *at == quote : *at == '"' || *at == '\'')
            quote = quote ? 0 : *at;
    return at;
}

/* Whether all that is said to be a value of `name`, whatever its prefix, is allowed. Values are
 * compared as they are written, so that one in other letters (&#97;) is refused. */
static bool allows_values(
    const struct key *k, const char *at, const char *end, const char *name, bool base)
{
    size_t length = strlen(name);
    for (; (at = strstr(at, name)) && at < end; at += length) {
        const char *value = at + length + strspn(at + length, " \t\r\n");
        if (*value != '=')
            continue;
        value += 1 + strspn(value + 1, " \t\r\n");
        size_t n =
            *value == '"' || *value == '\'' ? strcspn(value + 1, *value == '"' ? "\"" : "'") : 0;
        if (n == 0 ||
            !(key_allows(k->voices, value + 1, n) || (base && access_is_base(value + 1, n))))
            return false;
    }
    return true;
}

static bool allows_ssml(const struct key *k, const char *text, struct problem *p)
{
    bool good = allows_values(k, text, text + strlen(text), "speakerProfileId", false);
    for (const char *at = text; good && (at = strcasestr(at, "voice")); at += 5)
        if (is_tag(text, at))
            good = allows_values(k, at, tag_end(at), "name", true);
    return good || problem_set(p, 403, "voice_not_allowed", "input",
                       "the key may use certain voices only: the text names another one");
}

/* Of a blend ("anna:0.7+ben:0.3") every part. */
bool access_allows_voices(const struct key *k, const struct form *f, struct problem *p)
{
    const struct field *voice = form_find(f, "voice"), *input = form_find(f, "input");
    if (!*k->voices || !input)
        return true;
    if (!voice)
        return problem_set(p, 403, "voice_not_allowed", "voice",
            "the key may use certain voices only: name one of them");
    for (const char *c = voice->text; *c;
         c += c[strcspn(c, "+")] ? strcspn(c, "+") + 1 : strcspn(c, "+"))
        if (!key_allows(k->voices, c, strcspn(c, ":+")))
            return problem_set(p, 403, "voice_not_allowed", "voice",
                "the key may not use the voice '%.100s'", voice->text);
    return allows_ssml(k, input->text, p);
}
