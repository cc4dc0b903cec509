/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_METER_H
#define SERVER_METER_H

#include "server/problem.h"
#include "server/store/keys.h"

/* Holds keys to their quotas. What a request may take at most is reserved before its work begins,
 * and what it did take is counted when the reservation ends, so that requests that run at once do
 * not exceed a quota together. Windows are the minutes and days of UTC. This is kept in memory: a
 * day's usage so far is read from the store, and reservations end with the process, as the work
 * does. May be used from several threads. */
struct meter;

enum ih_status meter_open(struct meter **out, struct store *store, struct ih_error *e);
void meter_close(struct meter **m);

/* All of it or nothing: false fills in the problem (429), without a time to come back where the
 * quota will never have room for so much. */
bool meter_reserve(
    struct meter *m, const struct key *k, const struct amounts *want, struct problem *p);
/* Ends a reservation. */
void meter_settle(
    struct meter *m, int64_t key, const struct amounts *reserved, const struct amounts *used);

/* What is left of a unit: of the minute and the day the one of which there is less. */
struct meter_left {
    double limit, left; /* limit 0: there is none */
    int reset;          /* seconds until the window ends */
};
struct meter_left meter_look(struct meter *m, const struct key *k, enum unit u);

#endif
