/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_HOOK_H
#define SERVER_HOOK_H

#include "server/problem.h"
#include "server/settings.h"

#include <jansson.h>
#include <stdatomic.h>

/* Telling somebody that a job or a batch has ended, signed in the manner of standard-webhooks:
 * webhook-id, webhook-timestamp, and webhook-signature, which is "v1," and base64 of HMAC-SHA256
 * over "ID.TIMESTAMP.BODY". Only hosts that the settings name are told anything. */

/* Whether an address may be told; false fills in the problem. */
bool hook_check(const struct settings *s, const char *url, struct problem *p);

/* The settings' secret as bytes: how many, 0 for what is none (24 to 64 bytes). */
size_t hook_secret(const char *text, unsigned char secret[64]);

/* "v1,..." for a message. False without memory. */
bool hook_sign(char out[64], const unsigned char *secret, size_t bytes, const char *id,
    int64_t timestamp, const char *body);

struct hook {
    const char *url, *id;
    const char *kind, *state; /* the message's type: "job" and "succeeded", say */
};

/* One attempt, which takes at most some seconds and ends early when *stop is set. `data` is taken;
 * null, for want of memory, is sent to nobody. */
bool hook_send(const struct settings *s, const struct hook *hook, json_t *data, int64_t now,
    atomic_bool *stop);

/* Seconds until the next attempt after so many; 0: there is none. */
int64_t hook_pause(int attempts);

#endif
