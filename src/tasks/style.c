/* SPDX-License-Identifier: Apache-2.0 */
#include "tasks/style.h"

#include "inhouse/options.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Directions and sizes follow what is measured of acted speech (Scherer 2003; Juslin and
 * Laukka 2003): joy, anger and fear are faster, higher and wider than neutral speech, sadness
 * slower, lower and flatter. They are kept small enough for a sentence to stay easy to follow at
 * degree 1. */
static const struct {
    const char *name;
    struct style style; /* speed, pitch, range, energy, breathiness */
} table[] = {
    {"neutral", {1, 0, 1, 1, 0}},
    {"cheerful", {1.06f, 1.5f, 1.35f, 1.1f, 0}},
    {"excited", {1.14f, 2.5f, 1.6f, 1.25f, 0}},
    {"friendly", {1.02f, 0.7f, 1.2f, 1, 0.05f}},
    {"empathetic", {0.93f, -0.3f, 0.95f, 0.92f, 0.15f}},
    {"encouraging", {1.02f, 1, 1.25f, 1.08f, 0}},
    {"calm", {0.9f, -0.7f, 0.8f, 0.9f, 0.08f}},
    {"serious", {0.95f, -1, 0.8f, 1, 0}},
    {"newscast", {1.08f, 0, 1.1f, 1.05f, 0}},
    {"narration", {0.95f, -0.3f, 1.1f, 1, 0}},
    {"sad", {0.87f, -1.3f, 0.65f, 0.85f, 0.12f}},
    {"angry", {1.08f, 0.8f, 1.4f, 1.35f, 0}},
    {"fearful", {1.12f, 2, 1.15f, 0.95f, 0.2f}},
    {"surprised", {1.04f, 2.2f, 1.6f, 1.15f, 0}},
    {"curious", {1, 0.9f, 1.3f, 1, 0}},
    {"confused", {0.92f, 0.5f, 1.25f, 0.95f, 0}},
    {"whispering", {0.95f, 0, 0.8f, 0.7f, 1}},
    {"shouting", {1.02f, 3, 1.4f, 1.6f, 0}},
};
enum { STYLES = sizeof table / sizeof *table };

const char *const style_names[STYLES + 1] = {"neutral", "cheerful", "excited", "friendly",
    "empathetic", "encouraging", "calm", "serious", "newscast", "narration", "sad", "angry",
    "fearful", "surprised", "curious", "confused", "whispering", "shouting"};

/* Other names that people and services use for them. */
static const char *const other[][2] = {
    {"default", "neutral"},
    {"happy", "cheerful"},
    {"joy", "cheerful"},
    {"joyful", "cheerful"},
    {"excitement", "excited"},
    {"chat", "friendly"},
    {"assistant", "friendly"},
    {"customerservice", "friendly"},
    {"empathy", "empathetic"},
    {"affectionate", "empathetic"},
    {"encouragement", "encouraging"},
    {"hopeful", "encouraging"},
    {"gentle", "calm"},
    {"relaxed", "calm"},
    {"narration_relaxed", "calm"},
    {"narration_professional", "narration"},
    {"documentary_narration", "narration"},
    {"poetry_reading", "narration"},
    {"newscast_casual", "newscast"},
    {"newscast_formal", "newscast"},
    {"sadness", "sad"},
    {"depressed", "sad"},
    {"disgruntled", "angry"},
    {"unfriendly", "serious"},
    {"anger", "angry"},
    {"fear", "fearful"},
    {"terrified", "fearful"},
    {"surprise", "surprised"},
    {"curiosity", "curious"},
    {"confusion", "confused"},
    {"whisper", "whispering"},
    {"shout", "shouting"},
};

static char plain(char c)
{
    return c == '-' ? '_' : (char)tolower((unsigned char)c);
}

static bool same(const char *a, const char *b)
{
    while (*a && plain(*a) == plain(*b))
        a++, b++;
    return plain(*a) == plain(*b);
}

static const struct style *find(const char *name)
{
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        if (same(other[i][0], name))
            name = other[i][1];
    for (size_t i = 0; i < STYLES; i++)
        if (same(table[i].name, name))
            return &table[i].style;
    return NULL;
}

enum ih_status style_find(struct style *out, const char *name, float degree, struct ih_error *e)
{
    const struct style *s = find(name && *name ? name : "neutral");
    if (!s) {
        const char *close = ih_closest(name, style_names);
        return err_set(e, IH_INVALID, "there is no style '%.40s'%s%s%s", name,
            close ? "; did you mean '" : "", close ? close : "", close ? "'?" : "");
    }
    float breath = s->breathiness * degree;
    *out = (struct style){
        .speed = powf(s->speed, degree),
        .pitch = s->pitch * degree,
        .range = powf(s->range, degree),
        .energy = powf(s->energy, degree),
        .breathiness = breath > 1 ? 1 : breath,
    };
    return IH_OK;
}
