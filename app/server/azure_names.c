/* SPDX-License-Identifier: Apache-2.0 */
/* Azure's voices, told by the language and region that their names begin with: "en-US-AvaNeural",
 * "zh-CN-liaoning-XiaobeiNeural", "en-US-Harper:MAI-Voice-2". */
#include "server/azure.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Letters of the language where the name is of that kind, else 0. */
static size_t language_letters(const char *name, size_t bytes)
{
    size_t n = 0;
    while (n < bytes && islower((unsigned char)name[n]))
        n++;
    bool language = n == 2 || n == 3;
    bool region = n + 3 < bytes && name[n] == '-' && isupper((unsigned char)name[n + 1]) &&
                  isupper((unsigned char)name[n + 2]) && name[n + 3] == '-';
    return language && region ? n : 0;
}

const char *azure_voice(const char *name, size_t bytes, const struct ih_voice *voice, int count)
{
    size_t n = language_letters(name, bytes);
    for (int i = 0; i < count; i++)
        if (strlen(voice[i].name) == bytes && memcmp(voice[i].name, name, bytes) == 0)
            return NULL;
    for (int i = 0; n && i < count; i++)
        if (voice[i].language && strncmp(voice[i].language, name, n) == 0 &&
            !islower((unsigned char)voice[i].language[n]))
            return voice[i].name;
    return NULL;
}

/* The value of an attribute before `end`, or null. */
static const char *attribute(const char *from, const char *end, const char *name, size_t *bytes)
{
    size_t length = strlen(name);
    const char *at = from;
    for (; end && (at = strstr(at, name)) && at < end; at += length) {
        const char *value = at + length + strspn(at + length, " \t\r\n");
        if (at == from || !isspace((unsigned char)at[-1]) || *value != '=')
            continue;
        value += 1 + strspn(value + 1, " \t\r\n");
        const char *close = *value == '"' || *value == '\'' ? strchr(value + 1, *value) : NULL;
        if (!close || close > end)
            return NULL;
        *bytes = (size_t)(close - value - 1);
        return value + 1;
    }
    return NULL;
}

static const char *name_value(const char *tag, size_t *bytes)
{
    return attribute(tag, strchr(tag, '>'), "name", bytes);
}

const char *azure_profile(const char *ssml, size_t *bytes)
{
    return attribute(ssml, ssml + strlen(ssml), "speakerProfileId", bytes);
}

/* What stands before and behind the names is copied as it is, so lines in sentences about mistakes
 * stay right. */
char *azure_rename_voices(const char *ssml, size_t bytes, const struct ih_voice *voice, int count)
{
    static const char tag[] = "<voice";
    size_t longest = 0, tags = 0, used = 0, n;
    for (int i = 0; i < count; i++)
        longest = strlen(voice[i].name) > longest ? strlen(voice[i].name) : longest;
    for (const char *at = ssml; (at = strstr(at, tag)); at += sizeof tag - 1)
        tags++;
    char *out = tags ? malloc(bytes + tags * longest + 1) : NULL;
    if (!out)
        return NULL;
    const char *done = ssml;
    for (const char *at = ssml; (at = strstr(at, tag)); at += sizeof tag - 1) {
        const char *value = name_value(at, &n);
        const char *ours = value ? azure_voice(value, n, voice, count) : NULL;
        if (!ours)
            continue;
        memcpy(out + used, done, (size_t)(value - done));
        used += (size_t)(value - done);
        memcpy(out + used, ours, strlen(ours));
        used += strlen(ours);
        done = value + n;
    }
    memcpy(out + used, done, bytes - (size_t)(done - ssml) + 1);
    return out;
}
