/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TASKS_TIMESTAMP_H
#define TASKS_TIMESTAMP_H

#include <stdbool.h>
#include <stdint.h>

/* Times as text: "2026-11-25T08:30:00Z", always UTC. Years 1970 to 9999. */
enum { TIMESTAMP_SIZE = 24 };

void timestamp_write(char text[TIMESTAMP_SIZE], int64_t seconds);

/* Also takes a day alone ("2026-11-25": its beginning), and times without seconds or Z. */
bool timestamp_read(const char *text, int64_t *seconds);

#endif
