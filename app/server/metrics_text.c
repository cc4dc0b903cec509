/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics as text: Prometheus' format 0.0.4. */
#include "server/kept.h"
#include "server/metrics_series.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

struct page {
    int (*write)(void *arg, const void *data, size_t n);
    void *arg;
    bool failed;
};

static void say(struct page *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(struct page *p, const char *format, ...)
{
    char line[1024];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (!p->failed && n > 0 && (size_t)n < sizeof line)
        p->failed = p->write(p->arg, line, (size_t)n) != 0;
}

static void head(struct page *p, const char *name, const char *type, const char *help)
{
    say(p, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void one(struct page *p, const char *name, const char *type, const char *help, double value)
{
    head(p, name, type, help);
    say(p, "%s %.15g\n", name, value);
}

/* A value of a label as it is written: at most twice as long. */
static const char *quoted(const char *text, char buf[256])
{
    size_t n = 0;
    for (; *text && n + 3 < 256; text++) {
        if (strchr("\\\"\n", *text))
            buf[n++] = '\\';
        buf[n++] = *text;
        if (*text == '\n')
            buf[n - 1] = 'n';
    }
    buf[n] = 0;
    return buf;
}

static double millionths(struct series *s, int i)
{
    return 1e-6 * (double)atomic_load(&s->value[i]);
}

static struct series *first(struct metrics *m, enum family f)
{
    return atomic_load(&m->first[f]);
}

static void write_requests(struct page *p, struct metrics *m)
{
    static const char name[] = "inhouse_requests_total";
    char model[256], deployment[256], status[16];
    head(p, name, "counter",
        "Requests that have ended; status is gone where the client went before its answer.");
    for (struct series *s = first(m, BY_REQUEST); s; s = s->next) {
        snprintf(status, sizeof status, s->number ? "%d" : "gone", s->number);
        say(p,
            "%s{method=\"%s\",route=\"%s\",model=\"%s\",deployment=\"%s\",status=\"%s\"} %.15g\n",
            name, s->label[0], s->label[1], quoted(s->model, model),
            quoted(s->deployment, deployment), status, (double)atomic_load(&s->value[0]));
    }
}

/* The last bucket's count is that of all, so that the sum fits whatever is counted meanwhile. */
static void write_histogram(struct page *p, const char *name, const char *labels, struct series *s)
{
    double count = 0;
    for (int b = 0; b <= BUCKETS; b++) {
        char end[32] = "+Inf";
        if (b < BUCKETS)
            snprintf(end, sizeof end, "%g", metrics_bucket[b]);
        count += (double)atomic_load(&s->value[b]);
        say(p, "%s_bucket{%s,le=\"%s\"} %.15g\n", name, labels, end, count);
    }
    say(p, "%s_sum{%s} %.15g\n%s_count{%s} %.15g\n", name, labels, millionths(s, BUCKETS + 1), name,
        labels, count);
}

static void write_stages(struct page *p, struct metrics *m)
{
    static const char name[] = "inhouse_stage_seconds";
    static const char *const stages[STAGES] = {"receive", "queue", "work", "send", "all"};
    char labels[400], deployment[256];
    head(p, name, "histogram", "Where the time of requests goes, by operation.");
    for (struct series *s = first(m, BY_STAGE); s; s = s->next) {
        snprintf(labels, sizeof labels, "operation=\"%s\",deployment=\"%s\",stage=\"%s\"",
            s->label[0], quoted(s->deployment, deployment), stages[s->number]);
        write_histogram(p, name, labels, s);
    }
}

static void write_work(struct page *p, struct metrics *m)
{
    static const struct {
        const char *name, *help;
    } of[] = {{"inhouse_work_seconds_total", "Seconds that workers were at it."},
        {"inhouse_audio_seconds_total", "Seconds of sound that were heard or made."}};
    char model[256], deployment[256];
    for (int i = 0; i < 2; i++) {
        head(p, of[i].name, "counter", of[i].help);
        for (struct series *s = first(m, BY_WORK); s; s = s->next)
            say(p, "%s{operation=\"%s\",model=\"%s\",deployment=\"%s\"} %.15g\n", of[i].name,
                s->label[0], quoted(s->model, model), quoted(s->deployment, deployment),
                millionths(s, i));
    }
    head(p, "inhouse_used_total", "counter", "What was used of models, in the units of quotas.");
    for (struct series *s = first(m, BY_UNIT); s; s = s->next)
        say(p, "inhouse_used_total{model=\"%s\",deployment=\"%s\",unit=\"%s\"} %.15g\n",
            quoted(s->model, model), quoted(s->deployment, deployment),
            unit_name((enum unit)s->number), millionths(s, 0));
}

static void write_gauges(struct page *p, struct metrics *m, const struct host *host)
{
    static const struct {
        const char *name, *help;
    } of[GAUGES] = {
        {"inhouse_connections", "Open connections."},
        {"inhouse_requests_open", "Requests that arrive, wait, are worked on or answered."},
        {"inhouse_sessions", "Live transcriptions."},
        {"inhouse_workers_busy", "Workers that are at a request."},
        {"inhouse_jobs_running", "Workers that are at a job."},
    };
    const struct settings *s = host->settings;
    for (int g = 0; g < GAUGES; g++)
        one(p, of[g].name, "gauge", of[g].help, atomic_load(&m->gauge[g]));
    if (host->queue)
        one(p, "inhouse_queue_length", "gauge", "Requests that wait for a worker.",
            host->queue->waiting(host->queue));
    if (host->kept)
        one(p, "inhouse_jobs_waiting", "gauge", "Jobs that wait for a worker.",
            kept_queue(host->kept)->waiting(kept_queue(host->kept)));
    one(p, "inhouse_queue_capacity", "gauge", "Requests that may wait.", s->queue);
    one(p, "inhouse_workers", "gauge", "Workers for requests.", s->workers);
    one(p, "inhouse_jobs_capacity", "gauge", "Jobs that may wait.", s->job_queue);
    one(p, "inhouse_job_workers", "gauge", "Workers for jobs.", s->job_workers);
    one(p, "inhouse_connections_capacity", "gauge", "Connections that may be open.",
        s->connections);
    one(p, "inhouse_sessions_capacity", "gauge", "Live transcriptions that there may be.",
        s->sessions);
}

static void write_model(void *page, const char *name, double bytes)
{
    char label[256];
    say(page, "inhouse_model_bytes{model=\"%s\"} %.15g\n", quoted(name, label), bytes);
}

static void write_models(struct page *p, const struct host *host)
{
    if (!host->depot)
        return;
    struct stock_state memory = depot_memory(host->depot);
    one(p, "inhouse_models_loaded", "gauge", "Models in memory, that of pronunciations included.",
        memory.open);
    one(p, "inhouse_models_bytes", "gauge",
        "What they count for: their weights in memory, before a first job their files.",
        memory.bytes);
    one(p, "inhouse_models_bytes_capacity", "gauge", "What they may take; 0 without a limit.",
        memory.most);
    head(p, "inhouse_model_bytes", "gauge", "The same of each model that may be named.");
    depot_each_open(host->depot, write_model, p);
}

/* Pages of memory in use; -1 where the system does not tell. */
static double resident(void)
{
    long all, used = -1;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f) {
        if (fscanf(f, "%ld %ld", &all, &used) != 2)
            used = -1;
        fclose(f);
    }
    return (double)used;
}

static int open_files(void)
{
    int n = 0;
    DIR *folder = opendir("/proc/self/fd");
    if (!folder)
        return -1;
    for (struct dirent *d; (d = readdir(folder));)
        n += d->d_name[0] != '.';
    closedir(folder);
    return n - 1; /* without this one */
}

/* Under the names that Prometheus' own libraries give them. */
static void write_process(struct page *p, const struct metrics *m)
{
    struct timespec cpu = {0};
    struct rlimit limit;
    double pages = resident();
    int files = open_files();
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    one(p, "process_cpu_seconds_total", "counter", "Processor time of the program.",
        (double)cpu.tv_sec + 1e-9 * (double)cpu.tv_nsec);
    if (pages >= 0)
        one(p, "process_resident_memory_bytes", "gauge",
            "Memory of the program, mapped files included.", pages * (double)sysconf(_SC_PAGESIZE));
    if (files >= 0)
        one(p, "process_open_fds", "gauge", "Open files and sockets.", files);
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        one(p, "process_max_fds", "gauge", "Files and sockets that may be open.",
            (double)limit.rlim_cur);
    one(p, "process_start_time_seconds", "gauge", "When it was started, since 1970.",
        (double)m->began);
}

void metrics_write(struct metrics *m, const struct host *host,
    int (*write)(void *arg, const void *data, size_t n), void *arg)
{
    struct page p = {.write = write, .arg = arg};
    char version[256];
    head(&p, "inhouse_build_info", "gauge", "The program; always 1.");
    say(&p, "inhouse_build_info{version=\"%s\"} 1\n",
        quoted(host->version ? host->version : "", version));
    write_gauges(&p, m, host);
    write_requests(&p, m);
    write_stages(&p, m);
    write_work(&p, m);
    write_models(&p, host);
    write_process(&p, m);
}

bool metrics_now(const struct host *host, const char *path, const struct form *form,
    struct answer *a, struct problem *p)
{
    (void)form;
    if (!host->metrics || strcmp(host->settings->metrics, "off") == 0)
        return problem_set(p, 404, "unknown_url", NULL, "there is nothing at GET %.200s", path);
    metrics_write(host->metrics, host, answer_write, a);
    answer_finish(a, 200, "text/plain; version=0.0.4; charset=utf-8");
    return true;
}
