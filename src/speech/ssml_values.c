/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/ssml_values.h"

#include <math.h>
#include <string.h>

/* A decimal number, whatever the process's locale; at most nine digits on either side. */
struct number {
    double value;
    bool relative;    /* it had a sign */
    const char *unit; /* what stands behind it */
};

static bool read_digits(const char **text, double *value, double *scale)
{
    int digits = 0;
    for (; **text >= '0' && **text <= '9'; ++*text, digits++) {
        *value = 10 * *value + (**text - '0');
        *scale *= 10;
    }
    return digits >= 1 && digits <= 9;
}

static bool read_number(const char *text, struct number *n)
{
    double whole = 0, part = 0, scale = 1, ignored = 1;
    text += strspn(text, " ");
    bool minus = *text == '-', dot = false;
    n->relative = minus || *text == '+';
    text += n->relative;
    bool digits = read_digits(&text, &whole, &ignored);
    if (*text == '.') {
        text++;
        dot = read_digits(&text, &part, &scale);
        if (!dot)
            return false;
    }
    if (!digits && !dot)
        return false;
    n->value = (whole + part / scale) * (minus ? -1 : 1);
    n->unit = text + strspn(text, " ");
    return true;
}

struct word {
    const char *name;
    float value;
};

static bool find_word(const struct word *table, int count, const char *text, float *out)
{
    for (int i = 0; i < count; i++)
        if (!strcmp(table[i].name, text)) {
            *out = table[i].value;
            return true;
        }
    return false;
}

#define COUNT(table) ((int)(sizeof(table) / sizeof *(table)))

static bool keep(double value, double low, double high, float *out)
{
    if (!(value >= low && value <= high))
        return false;
    *out = (float)value;
    return true;
}

bool ssml_rate(const char *text, float *out)
{
    static const struct word words[] = {{"x-slow", 0.5f}, {"slow", 0.75f}, {"medium", 1},
        {"default", 1}, {"fast", 1.33f}, {"x-fast", 1.75f}};
    struct number n;
    if (find_word(words, COUNT(words), text, out))
        return true;
    if (!read_number(text, &n))
        return false;
    bool percent = !strcmp(n.unit, "%");
    if (!percent && (*n.unit || n.relative))
        return false;
    double value = percent ? n.value / 100 : n.value;
    return keep(n.relative ? 1 + value : value, 0.1, 10, out);
}

bool ssml_pitch(const char *text, float *out)
{
    static const struct word words[] = {
        {"x-low", -4}, {"low", -2}, {"medium", 0}, {"default", 0}, {"high", 2}, {"x-high", 4}};
    struct number n;
    if (find_word(words, COUNT(words), text, out))
        return true;
    if (!read_number(text, &n))
        return false;
    if (!strcmp(n.unit, "st"))
        return keep(n.value, -24, 24, out);
    double ratio = n.value / 100 + (n.relative ? 1 : 0);
    return !strcmp(n.unit, "%") && ratio > 0 && keep(12 * log2(ratio), -24, 24, out);
}

bool ssml_volume(const char *text, float *out)
{
    static const struct word words[] = {{"silent", 0}, {"x-soft", 0.35f}, {"soft", 0.6f},
        {"medium", 1}, {"default", 1}, {"loud", 1.4f}, {"x-loud", 2}};
    struct number n;
    if (find_word(words, COUNT(words), text, out))
        return true;
    if (!read_number(text, &n))
        return false;
    if (!strcmp(n.unit, "dB"))
        return keep(pow(10, n.value / 20), 0, 10, out);
    if (*n.unit && strcmp(n.unit, "%") != 0)
        return false;
    return keep(n.value / 100 + (n.relative ? 1 : 0), 0, 10, out);
}

bool ssml_time(const char *text, float *out)
{
    struct number n;
    if (!read_number(text, &n))
        return false;
    if (!strcmp(n.unit, "ms"))
        return keep(n.value / 1000, 0, 60, out);
    return !strcmp(n.unit, "s") && keep(n.value, 0, 60, out);
}

bool ssml_strength(const char *text, float *out)
{
    /* Azure's seconds; W3C leaves them open. */
    static const struct word words[] = {{"none", 0}, {"x-weak", 0.25f}, {"weak", 0.5f},
        {"medium", 0.75f}, {"strong", 1}, {"x-strong", 1.25f}};
    return find_word(words, COUNT(words), text, out);
}

bool ssml_emphasis(const char *text, float *rate, float *pitch, float *volume)
{
    static const struct {
        const char *name;
        float rate, pitch, volume;
    } levels[] = {{"strong", 0.85f, 1.5f, 1.3f}, {"moderate", 0.92f, 0.8f, 1.15f},
        {"none", 1, 0, 1}, {"reduced", 1.1f, -0.8f, 0.85f}};
    for (int i = 0; i < COUNT(levels); i++)
        if (!strcmp(levels[i].name, text)) {
            *rate = levels[i].rate;
            *pitch = levels[i].pitch;
            *volume = levels[i].volume;
            return true;
        }
    return false;
}

bool ssml_number(const char *text, float low, float high, float *out)
{
    struct number n;
    return read_number(text, &n) && !*n.unit && keep(n.value, (double)low, (double)high, out);
}
