/* SPDX-License-Identifier: Apache-2.0 */
#include "hub/catalog.h"

#include <stddef.h>
#include <string.h>

/* clang-format off */
static const struct catalog_model models[] = {
    {"whisper-tiny",           "tiny",           "openai/whisper-tiny",            154, "Apache-2.0", "99 languages, fastest"},
    {"whisper-tiny.en",        "tiny.en",        "openai/whisper-tiny.en",         154, "Apache-2.0", "English"},
    {"whisper-base",           "base",           "openai/whisper-base",            293, "Apache-2.0", "99 languages"},
    {"whisper-base.en",        "base.en",        "openai/whisper-base.en",         293, "Apache-2.0", "English"},
    {"whisper-small",          "small",          "openai/whisper-small",           970, "Apache-2.0", "99 languages, a good start"},
    {"whisper-small.en",       "small.en",       "openai/whisper-small.en",        970, "Apache-2.0", "English"},
    {"whisper-large-v3-turbo", "large-v3-turbo", "openai/whisper-large-v3-turbo", 1622, "MIT",        "100 languages, fast and good; no translation"},
    {"whisper-medium",         "medium",         "openai/whisper-medium",         3059, "Apache-2.0", "99 languages"},
    {"whisper-medium.en",      "medium.en",      "openai/whisper-medium.en",      3059, "Apache-2.0", "English"},
    {"whisper-large-v3",       "large-v3",       "openai/whisper-large-v3",       3091, "Apache-2.0", "100 languages, best"},
    {"whisper-large-v2",       "large-v2",       "openai/whisper-large-v2",       6178, "Apache-2.0", "99 languages"},
    {"kokoro-82m",             "kokoro",         "hexgrad/Kokoro-82M",             356, "Apache-2.0", "speaks 8 languages with 54 voices"},
    {"flux.2-klein-4b",        "flux.2-klein",      "black-forest-labs/FLUX.2-klein-4B",      16000, "Apache-2.0", "draws in 4 steps and edits pictures; see docs/flux2.md"},
    {"flux.2-klein-base-4b",   "flux.2-klein-base", "black-forest-labs/FLUX.2-klein-base-4B", 16000, "Apache-2.0", "the same in 50 steps with guidance"},
};
/* clang-format on */
enum { MODELS = sizeof models / sizeof *models };

static const char *const by_quality[] = {"whisper-tiny.en", "whisper-tiny", "whisper-base.en",
    "whisper-base", "whisper-small.en", "whisper-small", "whisper-medium.en", "whisper-medium",
    "whisper-large-v2", "whisper-large-v3-turbo", "whisper-large-v3"};

const struct catalog_model *catalog(int *count)
{
    *count = MODELS;
    return models;
}

const struct catalog_model *catalog_find(const char *name)
{
    if (strcmp(name, "turbo") == 0)
        name = "large-v3-turbo";
    if (strcmp(name, "large") == 0)
        name = "large-v3";
    for (int i = 0; i < MODELS; i++)
        if (strcmp(models[i].name, name) == 0 || strcmp(models[i].alias, name) == 0 ||
            strcmp(models[i].repo, name) == 0)
            return &models[i];
    return NULL;
}

int catalog_rank(const char *name)
{
    for (size_t i = 0; i < sizeof by_quality / sizeof *by_quality; i++)
        if (strcmp(by_quality[i], name) == 0)
            return (int)i;
    return -1;
}
