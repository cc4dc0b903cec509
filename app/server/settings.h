/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_SETTINGS_H
#define SERVER_SETTINGS_H

#include "inhouse/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* How a server is run. One table (settings.c) holds a row for each value: its key in the
 * configuration file, its flag, its environment variable (INHOUSE_ and the flag), what is allowed
 * and the sentence that explains it. Strings are owned; "" means that nothing was said. */
struct settings {
    char *address;
    int port;
    char *key;
    int threads, workers, queue;
    char *temporary, *data, *metrics, *log;

    int upload_megabytes, body_kilobytes, requests, connections;
    char *fetch_from; /* beginnings of addresses and networks, with commas between them */
    int upload_seconds, idle_seconds, job_seconds;
    int characters, pictures;
    int sessions, session_seconds, conversations, context;

    char *transcribe, *speak, *draw, *chat;
    char *offer; /* names with commas between them */
    bool offline, remote;
    int memory_megabytes, keep_minutes;

    int job_workers, job_queue, job_hours, file_days, free_megabytes;
    char *hook_hosts; /* names with commas between them */
    char *hook_secret;

    char *certificate, *certificate_key;
    bool quiet;
};

enum setting_type { SETTING_STRING, SETTING_STRINGS, SETTING_INTEGER, SETTING_BOOLEAN };

struct setting {
    const char *key;  /* "server.port" */
    const char *flag; /* "port" */
    enum setting_type type;
    const char *value; /* what the value is called in help; null for booleans */
    int low, high;     /* of integers, both allowed */
    const char *fallback;
    const char *help;
    size_t offset; /* in struct settings */
};

const struct setting *settings_table(int *count);

/* By key or flag; null for what is none. */
const struct setting *setting_find(const char *name);

/* "INHOUSE_PORT" */
void setting_variable(const struct setting *s, char *buf, size_t size);

/* The defaults. IH_NO_MEMORY, or IH_OK. */
enum ih_status settings_init(struct settings *s, struct ih_error *e);
void settings_free(struct settings *s);

/* Reads a value from text. The sentence names the setting, what is allowed and what was given. */
enum ih_status settings_set(
    struct settings *s, const struct setting *row, const char *value, struct ih_error *e);

/* A configuration in TOML; an unknown key is a mistake. */
enum ih_status settings_read(
    struct settings *s, const char *text, size_t bytes, struct ih_error *e);
enum ih_status settings_read_file(struct settings *s, const char *path, struct ih_error *e);

/* What the environment says, through a function such as getenv(). */
enum ih_status settings_read_environment(
    struct settings *s, char *(*get)(const char *name), struct ih_error *e);

/* What no single value shows: IH_INVALID for a service beyond this machine without a key. */
enum ih_status settings_check(const struct settings *s, struct ih_error *e);
bool settings_is_loopback(const char *address);
bool settings_log_json(const struct settings *s);

/* All settings as a configuration file that says what the defaults do, each explained. */
void settings_print(FILE *f);

#endif
