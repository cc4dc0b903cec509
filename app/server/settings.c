/* SPDX-License-Identifier: Apache-2.0 */
#include "server/settings.h"

#include "inhouse/options.h"
#include "server/fetch_url.h"
#include "server/hook.h"
#include "server/text.h"
#include "server/toml.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define AT(f) offsetof(struct settings, f)

/* clang-format off */
static const struct setting table[] = {
    {"server.address", "address", SETTING_STRING, "ADDRESS", 0, 0, "127.0.0.1",
        "address to listen on; beyond this machine (0.0.0.0, ::) only with a key", AT(address)},
    {"server.port", "port", SETTING_INTEGER, "N", 0, 65535, "8484",
        "port to listen on; 0 takes any that is free and says which", AT(port)},
    {"server.key", "key", SETTING_STRING, "KEY", 0, 0, "",
        "what clients must show as a Bearer token or api-key; better given by the environment than by a flag, which others on the machine can read", AT(key)},
    {"server.threads", "threads", SETTING_INTEGER, "N", 0, 1024, "0",
        "processors to compute with; 0 takes all", AT(threads)},
    {"server.workers", "workers", SETTING_INTEGER, "N", 1, 256, "2",
        "requests that are worked on at once; they share the processors", AT(workers)},
    {"server.queue", "queue", SETTING_INTEGER, "N", 1, 100000, "64",
        "requests that may wait for a worker; the next is told to come back later (503)", AT(queue)},
    {"server.temporary", "temporary", SETTING_STRING, "DIR", 0, 0, "",
        "folder for uploads and results on their way; nothing of them stays there (default: TMPDIR, else /tmp)", AT(temporary)},
    {"server.data", "data", SETTING_STRING, "DIR", 0, 0, "",
        "folder for what is kept: keys, usage, jobs and files; without it there are none of them", AT(data)},
    {"server.metrics", "metrics", SETTING_STRING, "WHO", 0, 0, "key",
        "who may read /metrics: whoever has a key of an admin, where there are keys (key), everybody who reaches the server (open) or nobody (off)", AT(metrics)},
    {"server.log", "log", SETTING_STRING, "FORMAT", 0, 0, "text",
        "lines on standard error: as name=value (text) or as an object in JSON each (json)", AT(log)},
    {"server.quiet", "quiet", SETTING_BOOLEAN, NULL, 0, 0, "false",
        "no line for each request on standard error", AT(quiet)},

    {"limits.upload_megabytes", "upload-megabytes", SETTING_INTEGER, "N", 1, 100000, "512",
        "most of one upload", AT(upload_megabytes)},
    {"limits.fetch_from", "fetch-from", SETTING_STRINGS, "URL,...", 0, 0, "",
        "beginnings of addresses from which a recording that a request names (audioUrl) is fetched, such as https://store.example/calls/; private networks in which their hosts may be, such as 10.0.0.0/8 (default: nothing is fetched)", AT(fetch_from)},
    {"limits.body_kilobytes", "body-kilobytes", SETTING_INTEGER, "N", 1, 65536, "1024",
        "most of a request in JSON", AT(body_kilobytes)},
    {"limits.upload_seconds", "upload-seconds", SETTING_INTEGER, "N", 1, 86400, "600",
        "a request that is not complete by then is given up", AT(upload_seconds)},
    {"limits.idle_seconds", "idle-seconds", SETTING_INTEGER, "N", 1, 86400, "60",
        "a connection on which nothing moves is closed then: between requests, within one, and when a client does not take its answer", AT(idle_seconds)},
    {"limits.job_seconds", "job-seconds", SETTING_INTEGER, "N", 0, 604800, "3600",
        "longest that a worker is at one request; what is not done by then is an error (504); 0: as long as it takes", AT(job_seconds)},
    {"limits.requests", "requests", SETTING_INTEGER, "N", 1, 100000, "256",
        "requests under way at once, those that still arrive and those still being answered included", AT(requests)},
    {"limits.connections", "connections", SETTING_INTEGER, "N", 8, 1000000, "4096",
        "open connections", AT(connections)},
    {"limits.characters", "characters", SETTING_INTEGER, "N", 1, 10000000, "50000",
        "most of a text to be spoken", AT(characters)},
    {"limits.pictures", "pictures", SETTING_INTEGER, "N", 1, 1000, "10",
        "most pictures of one request", AT(pictures)},
    {"limits.sessions", "sessions", SETTING_INTEGER, "N", 0, 10000, "4",
        "live transcriptions (/v1/realtime) at once; each listens on a thread of its own", AT(sessions)},
    {"limits.session_seconds", "session-seconds", SETTING_INTEGER, "N", 1, 86400, "3600",
        "a live transcription ends then", AT(session_seconds)},
    {"limits.conversations", "conversations", SETTING_INTEGER, "N", 1, 1024, "4",
        "answers that one text model writes at once; so many conversations it remembers", AT(conversations)},
    {"limits.context", "context", SETTING_INTEGER, "N", 0, 10000000, "0",
        "tokens of a conversation; 0 is what the model was made for, at most 8192", AT(context)},

    {"models.transcribe", "transcribe-model", SETTING_STRING, "NAME|PATH", 0, 0, "",
        "model for whisper-1 and for requests that name none (default: as 'inhouse transcribe')", AT(transcribe)},
    {"models.speak", "speak-model", SETTING_STRING, "NAME|PATH", 0, 0, "",
        "model for tts-1 and for requests that name none (default: as 'inhouse speak')", AT(speak)},
    {"models.draw", "draw-model", SETTING_STRING, "NAME|PATH", 0, 0, "",
        "model for gpt-image-1 and for requests that name none (default: as 'inhouse draw')", AT(draw)},
    {"models.chat", "chat-model", SETTING_STRING, "NAME|PATH", 0, 0, "",
        "text model for requests that name none (default: as 'inhouse chat')", AT(chat)},
    {"models.offer", "offer", SETTING_STRINGS, "NAME,...", 0, 0, "",
        "models that requests may name besides these three (default: all on this machine)", AT(offer)},
    {"models.offline", "offline", SETTING_BOOLEAN, NULL, 0, 0, "false",
        "fetch no models, whoever asks for them", AT(offline)},
    {"models.remote", "remote", SETTING_BOOLEAN, NULL, 0, 0, "false",
        "offer the remote models of the catalog too: what requests that name one say is sent to it", AT(remote)},
    {"models.memory_megabytes", "memory-megabytes", SETTING_INTEGER, "N", 0, 100000000, "0",
        "most that open models may take: what their weights take, and until a first job the bytes of their files; the one that was not used for longest is closed when another is asked for; 0: any", AT(memory_megabytes)},
    {"models.keep_minutes", "keep-minutes", SETTING_INTEGER, "N", 0, 525600, "0",
        "a model that nobody has used for so long is closed until it is asked for again; 0 keeps it", AT(keep_minutes)},

    {"jobs.workers", "job-workers", SETTING_INTEGER, "N", 1, 64, "1",
        "jobs that are worked on at once, besides requests; they share the processors", AT(job_workers)},
    {"jobs.queue", "job-queue", SETTING_INTEGER, "N", 1, 1000000, "10000",
        "jobs that may wait", AT(job_queue)},
    {"jobs.keep_hours", "job-hours", SETTING_INTEGER, "N", 1, 87600, "168",
        "a job and its result are deleted so long after its end", AT(job_hours)},
    {"jobs.file_days", "file-days", SETTING_INTEGER, "N", 0, 36500, "30",
        "a file or a response that is kept is deleted so long after it came; 0 keeps it", AT(file_days)},
    {"jobs.free_megabytes", "free-megabytes", SETTING_INTEGER, "N", 0, 1000000000, "512",
        "of the data folder's disk stay free: what would take them is refused (503)", AT(free_megabytes)},
    {"jobs.hook_hosts", "hook-hosts", SETTING_STRINGS, "HOST,...", 0, 0, "",
        "hosts that may be told when a job or a batch ends, as NAME or NAME:PORT (default: none)", AT(hook_hosts)},
    {"jobs.hook_secret", "hook-secret", SETTING_STRING, "SECRET", 0, 0, "",
        "what these messages are signed with: whsec_ and base64 of 24 to 64 bytes", AT(hook_secret)},

    {"tls.certificate", "certificate", SETTING_STRING, "FILE", 0, 0, "",
        "certificate chain in PEM; with it the server speaks TLS only", AT(certificate)},
    {"tls.certificate_key", "certificate-key", SETTING_STRING, "FILE", 0, 0, "",
        "its private key in PEM", AT(certificate_key)},
};
/* clang-format on */
enum { SETTINGS = sizeof table / sizeof *table, FILE_MOST = 1 << 20 };

const struct setting *settings_table(int *count)
{
    *count = SETTINGS;
    return table;
}

const struct setting *setting_find(const char *name)
{
    for (int i = 0; i < SETTINGS; i++)
        if (strcmp(table[i].key, name) == 0 || strcmp(table[i].flag, name) == 0)
            return &table[i];
    return NULL;
}

void setting_variable(const struct setting *s, char *buf, size_t size)
{
    snprintf(buf, size, "INHOUSE_%s", s->flag);
    for (char *p = buf; *p; p++)
        *p = *p == '-' ? '_' : (char)toupper((unsigned char)*p);
}

static enum ih_status set_string(
    struct settings *s, const struct setting *row, const char *value, struct ih_error *e)
{
    char **field = (char **)((char *)s + row->offset);
    if (!text_is_utf8(value, strlen(value)))
        return explain(e, IH_INVALID, "%s is not text in UTF-8", row->key);
    char *copy = text_copy(value, strlen(value));
    if (!copy)
        return explain(e, IH_NO_MEMORY, "not enough memory");
    free(*field);
    *field = copy;
    return IH_OK;
}

enum ih_status settings_set(
    struct settings *s, const struct setting *row, const char *value, struct ih_error *e)
{
    int64_t n;
    if (row->type == SETTING_STRING || row->type == SETTING_STRINGS)
        return set_string(s, row, value, e);
    if (row->type == SETTING_BOOLEAN) {
        bool on = strcmp(value, "true") == 0;
        if (!on && strcmp(value, "false") != 0)
            return explain(e, IH_INVALID, "%s must be true or false, not '%.60s'", row->key, value);
        *(bool *)((char *)s + row->offset) = on;
        return IH_OK;
    }
    if (!text_integer(value, &n) || n < row->low || n > row->high)
        return explain(e, IH_INVALID, "%s must be a whole number from %d to %d, not '%.60s'",
            row->key, row->low, row->high, value);
    *(int *)((char *)s + row->offset) = (int)n;
    return IH_OK;
}

enum ih_status settings_init(struct settings *s, struct ih_error *e)
{
    *s = (struct settings){0};
    for (int i = 0; i < SETTINGS; i++) {
        enum ih_status status = settings_set(s, &table[i], table[i].fallback, e);
        if (status) {
            settings_free(s);
            return status;
        }
    }
    return IH_OK;
}

void settings_free(struct settings *s)
{
    for (int i = 0; i < SETTINGS; i++)
        if (table[i].type == SETTING_STRING || table[i].type == SETTING_STRINGS)
            free(*(char **)((char *)s + table[i].offset));
    *s = (struct settings){0};
}

static enum ih_status unknown(const char *key, struct ih_error *e)
{
    const char *names[SETTINGS + 1];
    for (int i = 0; i < SETTINGS; i++)
        names[i] = table[i].key;
    names[SETTINGS] = NULL;
    const char *close = ih_closest(key, names);
    return close ? explain(e, IH_INVALID, "there is no setting %s; did you mean %s?", key, close)
                 : explain(e, IH_INVALID, "there is no setting %s", key);
}

/* The strings of a list with commas between them. */
static enum ih_status set_list(
    struct settings *s, const struct setting *row, const struct toml_value *v, struct ih_error *e)
{
    size_t room = 1;
    for (int i = 0; i < v->count; i++) {
        if (strchr(v->strings[i], ','))
            return explain(
                e, IH_INVALID, "%s: there is a comma in '%.60s'", row->key, v->strings[i]);
        room += strlen(v->strings[i]) + 1;
    }
    char *joined = calloc(1, room);
    if (!joined)
        return explain(e, IH_NO_MEMORY, "not enough memory");
    for (int i = 0; i < v->count; i++) {
        if (i)
            strcat(joined, ",");
        strcat(joined, v->strings[i]);
    }
    enum ih_status status = set_string(s, row, joined, e);
    free(joined);
    return status;
}

static enum ih_status take(
    void *arg, const char *name, const struct toml_value *v, struct ih_error *e)
{
    static const enum toml_type types[] = {TOML_STRING, TOML_STRINGS, TOML_INTEGER, TOML_BOOLEAN};
    static const char *const what[] = {
        "text in quotes", "a list of texts", "a whole number", "true or false"};
    const struct setting *row = setting_find(name);
    if (!row || strcmp(row->key, name) != 0)
        return unknown(name, e);
    if (types[row->type] != v->type)
        return explain(e, IH_INVALID, "%s must be %s", name, what[row->type]);
    return row->type == SETTING_STRINGS ? set_list(arg, row, v, e)
                                        : settings_set(arg, row, v->text, e);
}

enum ih_status settings_read(struct settings *s, const char *text, size_t bytes, struct ih_error *e)
{
    return toml_read(text, bytes, take, s, e);
}

enum ih_status settings_read_file(struct settings *s, const char *path, struct ih_error *e)
{
    struct ih_error why = {0};
    FILE *f = fopen(path, "rb");
    char *text = f ? malloc(FILE_MOST + 1) : NULL;
    if (!text) {
        enum ih_status status = explain(e, f ? IH_NO_MEMORY : IH_NOT_FOUND, "%.300s: %s", path,
            f ? "not enough memory" : strerror(errno));
        if (f)
            fclose(f);
        return status;
    }
    size_t n = fread(text, 1, FILE_MOST + 1, f);
    enum ih_status status =
        ferror(f) ? explain(&why, IH_IO, "it cannot be read") : settings_read(s, text, n, &why);
    fclose(f);
    free(text);
    return status ? explain(e, status, "%.200s: %s", path, why.text) : IH_OK;
}

enum ih_status settings_read_environment(
    struct settings *s, char *(*get)(const char *name), struct ih_error *e)
{
    char variable[64];
    struct ih_error why = {0};
    for (int i = 0; i < SETTINGS; i++) {
        setting_variable(&table[i], variable, sizeof variable);
        const char *value = get(variable);
        if (value && settings_set(s, &table[i], value, &why))
            return explain(e, why.code, "%s: %s", variable, why.text);
    }
    return IH_OK;
}

bool settings_is_loopback(const char *address)
{
    struct in_addr v4;
    struct in6_addr v6;
    if (inet_pton(AF_INET, address, &v4) == 1)
        return (ntohl(v4.s_addr) >> 24) == 127;
    return inet_pton(AF_INET6, address, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

bool settings_log_json(const struct settings *s)
{
    return strcmp(s->log, "json") == 0;
}

/* Whether a setting is one of words with blanks between them. */
static bool is_word(const char *value, const char *words)
{
    size_t n = strlen(value);
    for (const char *w = words; *w; w += strcspn(w, " "), w += strspn(w, " "))
        if (strcspn(w, " ") == n && strncmp(w, value, n) == 0)
            return true;
    return false;
}

enum ih_status settings_check(const struct settings *s, struct ih_error *e)
{
    unsigned char any[sizeof(struct in6_addr)], secret[64];
    if (inet_pton(AF_INET, s->address, any) != 1 && inet_pton(AF_INET6, s->address, any) != 1)
        return explain(e, IH_INVALID,
            "server.address must be an address such as 127.0.0.1, 0.0.0.0 or ::1, not '%.60s'",
            s->address);
    if (!is_word(s->metrics, "key open off"))
        return explain(
            e, IH_INVALID, "server.metrics must be key, open or off, not '%.60s'", s->metrics);
    if (!is_word(s->log, "text json"))
        return explain(e, IH_INVALID, "server.log must be text or json, not '%.60s'", s->log);
    if (*s->key && strlen(s->key) < 8)
        return explain(e, IH_INVALID, "server.key is too short: give 8 characters or more");
    if (strlen(s->key) > 256 || s->key[strcspn(s->key, " \t\r\n")])
        return explain(e, IH_INVALID, "server.key has at most 256 characters and no blanks");
    if (!*s->key && !*s->data && !settings_is_loopback(s->address))
        return explain(e, IH_INVALID,
            "%s is reached from beyond this machine, and there is no key: set server.key "
            "(INHOUSE_KEY) or server.data with keys in it, or listen on 127.0.0.1",
            s->address);
    if (*s->hook_secret && !hook_secret(s->hook_secret, secret))
        return explain(e, IH_INVALID,
            "jobs.hook_secret must be whsec_ and base64 of 24 to 64 bytes, as "
            "'openssl rand -base64 32' gives it");
    enum ih_status status = fetch_check_setting(s->fetch_from, e);
    if (status)
        return status;
    if (!*s->certificate != !*s->certificate_key)
        return explain(e, IH_INVALID, "tls.certificate and tls.certificate_key belong together");
    return IH_OK;
}

/* A sentence as comments of at most 96 columns. */
static void print_comment(FILE *f, const char *text)
{
    enum { COLUMNS = 94 };
    while (*text) {
        size_t n = strlen(text);
        if (n > COLUMNS) {
            n = COLUMNS;
            while (n > 0 && text[n] != ' ')
                n--;
        }
        fprintf(f, "# %.*s\n", (int)n, text);
        text += n + (text[n] == ' ');
    }
}

void settings_print(FILE *f)
{
    const char *last = "";
    char variable[64];
    for (int i = 0; i < SETTINGS; i++) {
        const struct setting *s = &table[i];
        size_t n = strcspn(s->key, ".");
        if (strncmp(last, s->key, n + 1) != 0)
            fprintf(f, "%s[%.*s]\n", i ? "\n" : "", (int)n, s->key);
        last = s->key;
        setting_variable(s, variable, sizeof variable);
        print_comment(f, s->help);
        if (s->type == SETTING_INTEGER)
            fprintf(f, "# %d to %d; ", s->low, s->high);
        else
            fputs("# ", f);
        fprintf(f, "--%s, %s\n", s->flag, variable);
        const char *quote = s->type == SETTING_STRING ? "\"" : "";
        fprintf(f, "%s = %s%s%s\n", s->key + n + 1, quote,
            s->type == SETTING_STRINGS ? "[]" : s->fallback, quote);
    }
}
