/* SPDX-License-Identifier: Apache-2.0 */
#include "server/server.h"

#include "server/cabinet.h"
#include "server/deploy.h"
#include "server/log.h"
#include "server/loop.h"
#include "server/metrics.h"
#include "server/pulls.h"
#include "server/text.h"

#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct server {
    struct service service;
    struct loop *loop;
    struct workers *workers;
    struct cabinet *cabinet;
    pthread_t io;
    atomic_bool ended;
};

static void say(const struct server *s, const char *level, const char *sentence)
{
    log_sentence(settings_log_json(s->service.host.settings), level, sentence);
}

static void note(const char *sentence)
{
    log_sentence(false, "warning", sentence);
}

static void note_json(const char *sentence)
{
    log_sentence(true, "warning", sentence);
}

static void *run_loop(void *arg)
{
    struct server *s = arg;
    loop_run(s->loop);
    atomic_store(&s->ended, true);
    return NULL;
}

static void tell_ready(const struct server *s)
{
    char text[400];
    const struct settings *set = s->service.host.settings;
    bool v6 = strchr(set->address, ':') != NULL;
    snprintf(text, sizeof text, "listening on http%s://%s%s%s:%d; %s", *set->certificate ? "s" : "",
        v6 ? "[" : "", set->address, v6 ? "]" : "", loop_port(s->loop),
        depot_describe(s->service.host.depot));
    say(s, "info", text);
}

/* Until the signal to stop; meanwhile this thread does what is to be done now and then. */
static void keep_house(struct server *s, const sigset_t *signals)
{
    static const struct timespec pause = {.tv_sec = 10};
    struct depot *depot = s->service.host.depot;
    int number = 0;
    while (number != SIGINT && number != SIGTERM) {
        number = sigtimedwait(signals, NULL, &pause);
        if (number == SIGHUP) {
            depot_look(depot);
            say(s, "info", "looked again at which models are here");
        }
        depot_tidy(depot, seconds_now());
    }
}

/* Waits for the signal to stop, then for the end of what is under way. */
static void wait_for_end(struct server *s, const sigset_t *signals)
{
    static const struct timespec moment = {.tv_nsec = 100 * 1000 * 1000};
    int number;
    keep_house(s, signals);
    say(s, "info", "stopping: requests under way are answered");
    loop_drain(s->loop, false);
    while (!atomic_load(&s->ended))
        if ((number = sigtimedwait(signals, NULL, &moment)) == SIGINT || number == SIGTERM) {
            say(s, "info", "stopping now: requests under way are cancelled");
            loop_drain(s->loop, true);
        }
}

static enum ih_status open_cabinet(struct server *s, struct ih_error *e)
{
    char text[100];
    int again;
    enum ih_status status = cabinet_open(&s->cabinet, &s->service, &again, e);
    if (!status && again) {
        snprintf(text, sizeof text, "%d jobs that were not finished are begun again", again);
        say(s, "info", text);
    }
    const struct settings *set = s->service.host.settings;
    if (!status && !*set->key && !settings_is_loopback(set->address) &&
        !keys_exist(s->service.host.store))
        say(s, "warning", "nobody can come in yet: 'inhouse keys create' makes a key");
    return status;
}

static enum ih_status choose_folder(struct server *s, struct ih_error *e)
{
    const char *given = s->service.host.settings->temporary;
    const char *folder = *given ? given : getenv("TMPDIR");
    s->service.host.folder = folder && *folder ? folder : "/tmp";
    if (access(s->service.host.folder, W_OK | X_OK) == 0)
        return IH_OK;
    return explain(e, IH_INVALID, "no temporary files can be made in %.300s: %s",
        s->service.host.folder, strerror(errno));
}

/* A model that was fetched is offered at once. */
static void on_arrival(void *arg)
{
    depot_look(arg);
}

static enum ih_status start(struct server *s, const struct server_options *o, struct ih_error *e)
{
    struct host *host = &s->service.host;
    const struct settings *set = o->settings;
    host->settings = set;
    host->version = o->version;
    s->service.log = !set->quiet;
    enum ih_status status = choose_folder(s, e);
    if (!status && curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
        status = explain(e, IH_NO_MEMORY, "not enough memory");
    if (!status)
        status = depot_open(
            &host->depot, &o->engine, o->shelf, settings_log_json(set) ? note_json : note, e);
    if (!status && o->supply)
        status = pulls_open(&host->pulls, o->supply, on_arrival, host->depot, e);
    if (!status)
        status = ledger_open(&host->ledger, e);
    if (!status)
        status = metrics_open(&host->metrics, e);
    if (!status)
        status = queue_local(&s->service.queue, set->queue, e);
    host->queue = s->service.queue;
    if (!status && *set->data)
        status = open_cabinet(s, e);
    if (!status)
        status = loop_open(&s->loop, &s->service, e);
    if (!status)
        status = workers_open(&s->workers, set->workers, s->service.queue, host, e);
    if (!status && pthread_create(&s->io, NULL, run_loop, s) != 0)
        status = explain(e, IH_IO, "a thread cannot be started");
    return status;
}

static void stop(struct server *s)
{
    if (s->service.queue)
        s->service.queue->close(s->service.queue);
    workers_close(&s->workers);
    cabinet_close(&s->cabinet);
    loop_close(&s->loop);
    if (s->service.queue)
        s->service.queue->free(s->service.queue);
    pulls_close(&s->service.host.pulls);
    ledger_close(&s->service.host.ledger);
    metrics_close(&s->service.host.metrics);
    depot_close(&s->service.host.depot);
}

enum ih_status server_run(const struct server_options *o, struct ih_error *e)
{
    struct server *s = calloc(1, sizeof *s);
    sigset_t signals;
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    if (!s)
        return explain(e, IH_NO_MEMORY, "not enough memory");
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGPIPE, &ignore, NULL);
    enum ih_status status = start(s, o, e);
    if (!status) {
        tell_ready(s);
        wait_for_end(s, &signals);
        pthread_join(s->io, NULL);
        say(s, "info", "stopped");
    }
    stop(s);
    free(s);
    return status;
}
