/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/icu.h"

#include "base/library.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* What is linked is a property of the process: as in media/ffmpeg.c, written once, before anyone
 * reads it. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct library library = {.name = "ICU", .wants = "reading text aloud needs ICU"};

/* X(result, name, parameters, arguments), V(name, parameters, arguments) without a result. ICU's
 * headers append the version to every name; the definitions below are checked against them. */
#define COMMON(X, V)                                                                               \
    V(ubrk_close, (UBreakIterator * b), (b))                                                       \
    X(int32_t, ubrk_first, (UBreakIterator * b), (b))                                              \
    X(int32_t, ubrk_next, (UBreakIterator * b), (b))                                               \
    X(UBreakIterator *, ubrk_open,                                                                 \
        (UBreakIteratorType type, const char *locale, const UChar *text, int32_t n,                \
            UErrorCode *s),                                                                        \
        (type, locale, text, n, s))                                                                \
    V(ubrk_setText, (UBreakIterator * b, const UChar *text, int32_t n, UErrorCode *s),             \
        (b, text, n, s))                                                                           \
    V(ubrk_setUText, (UBreakIterator * b, UText * text, UErrorCode * s), (b, text, s))             \
    X(const UNormalizer2 *, unorm2_getNFCInstance, (UErrorCode * s), (s))                          \
    X(int32_t, unorm2_normalize,                                                                   \
        (const UNormalizer2 *u, const UChar *text, int32_t n, UChar *out, int32_t room,            \
            UErrorCode *s),                                                                        \
        (u, text, n, out, room, s))                                                                \
    V(ures_close, (UResourceBundle * r), (r))                                                      \
    X(UResourceBundle *, ures_getByKey,                                                            \
        (const UResourceBundle *r, const char *key, UResourceBundle *fill, UErrorCode *s),         \
        (r, key, fill, s))                                                                         \
    X(const UChar *, ures_getStringByKey,                                                          \
        (const UResourceBundle *r, const char *key, int32_t *n, UErrorCode *s), (r, key, n, s))    \
    X(UResourceBundle *, ures_open, (const char *package, const char *locale, UErrorCode *s),      \
        (package, locale, s))                                                                      \
    X(UChar *, u_strFromUTF8,                                                                      \
        (UChar * out, int32_t room, int32_t * size, const char *text, int32_t n, UErrorCode *s),   \
        (out, room, size, text, n, s))                                                             \
    X(char *, u_strToUTF8,                                                                         \
        (char *out, int32_t room, int32_t *size, const UChar *text, int32_t n, UErrorCode *s),     \
        (out, room, size, text, n, s))                                                             \
    X(UText *, utext_close, (UText * u), (u))                                                      \
    X(UText *, utext_openUTF8, (UText * u, const char *text, int64_t n, UErrorCode *s),            \
        (u, text, n, s))
#define FORMATS(X, V)                                                                              \
    V(udat_close, (UDateFormat * d), (d))                                                          \
    X(int32_t, udat_getSymbols,                                                                    \
        (const UDateFormat *d, UDateFormatSymbolType type, int32_t i, UChar *out, int32_t room,    \
            UErrorCode *s),                                                                        \
        (d, type, i, out, room, s))                                                                \
    X(UDateFormat *, udat_open,                                                                    \
        (UDateFormatStyle time, UDateFormatStyle date, const char *locale, const UChar *zone,      \
            int32_t zone_n, const UChar *pattern, int32_t pattern_n, UErrorCode *s),               \
        (time, date, locale, zone, zone_n, pattern, pattern_n, s))                                 \
    V(unum_close, (UNumberFormat * f), (f))                                                        \
    X(int32_t, unum_formatInt64,                                                                   \
        (const UNumberFormat *f, int64_t value, UChar *out, int32_t room, UFieldPosition *at,      \
            UErrorCode *s),                                                                        \
        (f, value, out, room, at, s))                                                              \
    X(UNumberFormat *, unum_open,                                                                  \
        (UNumberFormatStyle style, const UChar *pattern, int32_t n, const char *locale,            \
            UParseError *parse, UErrorCode *s),                                                    \
        (style, pattern, n, locale, parse, s))                                                     \
    V(unum_setTextAttribute,                                                                       \
        (UNumberFormat * f, UNumberFormatTextAttribute tag, const UChar *value, int32_t n,         \
            UErrorCode *s),                                                                        \
        (f, tag, value, n, s))                                                                     \
    V(unumf_close, (UNumberFormatter * f), (f))                                                    \
    V(unumf_closeResult, (UFormattedNumber * r), (r))                                              \
    V(unumf_formatDecimal,                                                                         \
        (const UNumberFormatter *f, const char *value, int32_t n, UFormattedNumber *r,             \
            UErrorCode *s),                                                                        \
        (f, value, n, r, s))                                                                       \
    X(UNumberFormatter *, unumf_openForSkeletonAndLocale,                                          \
        (const UChar *skeleton, int32_t n, const char *locale, UErrorCode *s),                     \
        (skeleton, n, locale, s))                                                                  \
    X(UFormattedNumber *, unumf_openResult, (UErrorCode * s), (s))                                 \
    X(int32_t, unumf_resultToString,                                                               \
        (const UFormattedNumber *r, UChar *out, int32_t room, UErrorCode *s), (r, out, room, s))   \
    V(uplrules_close, (UPluralRules * p), (p))                                                     \
    X(UPluralRules *, uplrules_open, (const char *locale, UErrorCode *s), (locale, s))             \
    X(int32_t, uplrules_select,                                                                    \
        (const UPluralRules *p, double value, UChar *out, int32_t room, UErrorCode *s),            \
        (p, value, out, room, s))

#define POINTER_X(result, name, parameters, arguments) result(*name) parameters;
#define POINTER_V(name, parameters, arguments)         void(*name) parameters;
static struct {
    COMMON(POINTER_X, POINTER_V)
    FORMATS(POINTER_X, POINTER_V)
} real;

static void open_library(const char *name)
{
    char file[64];
    snprintf(file, sizeof file, "%s.so.%s", name, U_ICU_VERSION_SHORT);
    library_open(&library, file);
}

#define NAME_OF(name)                       #name
#define NAME(name)                          NAME_OF(name)
#define FIND_X(result, name, parameters, a) library_find(&library, NAME(name), &real.name);
#define FIND_V(name, parameters, a)         library_find(&library, NAME(name), &real.name);
static void load(void)
{
    open_library("libicuuc");
    COMMON(FIND_X, FIND_V)
    open_library("libicui18n");
    FORMATS(FIND_X, FIND_V)
}

enum ih_status icu_load(struct ih_error *e)
{
    pthread_once(&once, load);
    return library.failure[0] ? err_set(e, IH_UNSUPPORTED, "%s", library.failure) : IH_OK;
}

/* Nothing is called when loading failed: normalizer_open() fails first. */
#define CALL_X(result, name, parameters, arguments)                                                \
    result name parameters                                                                         \
    {                                                                                              \
        return real.name arguments;                                                                \
    }
#define CALL_V(name, parameters, arguments)                                                        \
    void name parameters                                                                           \
    {                                                                                              \
        real.name arguments;                                                                       \
    }
COMMON(CALL_X, CALL_V)
FORMATS(CALL_X, CALL_V)
