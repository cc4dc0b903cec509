/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_USAGE_H
#define STORE_USAGE_H

#include "server/store/store.h"

/* What was used, in the units in which people think of it. Each unit of each key, model and day
 * (UTC) is one number. */
enum unit { REQUESTS, AUDIO_SECONDS, CHARACTERS, MEGAPIXEL_STEPS, TOKENS, UNITS };
/* Over which time a quota holds. */
enum span { MINUTE, DAY, SPANS };

const char *unit_name(enum unit u); /* "audio_seconds" */
const char *span_name(enum span s); /* "minute" */
/* By a name of n bytes; -1 for none. */
int unit_find(const char *name, size_t n);
int span_find(const char *name, size_t n);
int span_seconds(enum span s);

struct amounts {
    double of[UNITS];
};

/* Days are counted since 1970-01-01. */
int64_t day_of(int64_t time);
/* "2026-11-25", and back; false for what is no day. */
void day_text(int64_t day, char buf[16]);
bool day_read(const char *text, int64_t *day);

enum ih_status usage_add(struct store *s, int64_t key, const char *model,
    const struct amounts *amounts, struct ih_error *e);
/* Of one key on one day, over all models. */
enum ih_status usage_of_day(
    struct store *s, int64_t key, int64_t day, struct amounts *out, struct ih_error *e);

/* What one key has used in a minute (counted since 1970), from one process to the next: there is no
 * more than one minute at a time. */
enum ih_status usage_keep_minute(struct store *s, int64_t key, int64_t minute,
    const struct amounts *amounts, struct ih_error *e);
enum ih_status usage_of_minute(
    struct store *s, int64_t key, int64_t minute, struct amounts *out, struct ih_error *e);

enum usage_by { BY_DAY = 1, BY_KEY = 2, BY_MODEL = 4 };

struct usage_query {
    int64_t since, until; /* days, both counted */
    int64_t key;          /* -1: all */
    unsigned by;          /* what is told apart; the rest is summed up */
};
struct usage_row {
    int64_t day, key;      /* -1 where they are summed up */
    char name[STORE_NAME]; /* of the key; "" where there is none */
    char model[128];       /* "" where they are summed up */
    enum unit unit;
    double amount;
};
/* In the order of day, key, model and unit. Anything but 0 from take() ends it. */
enum ih_status usage_read(struct store *s, const struct usage_query *q,
    int (*take)(void *arg, const struct usage_row *row), void *arg, struct ih_error *e);

/* A row as a line of CSV (RFC 4180) with its line end; null gives the names of the columns. */
void usage_csv(const struct usage_row *row, char buf[600]);

#endif
