/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_REALTIME_SESSION_H
#define SERVER_REALTIME_SESSION_H

#include "server/deploy.h"
#include "server/realtime.h"

#include <pthread.h>
#include <stdatomic.h>

/* What the files of a session share: realtime.c (the session and its queues), realtime_events.c
 * (what the client says), realtime_listen.c (the thread). */

enum { REALTIME_RATE = 24000, NAME_MOST = 256, PROMPT_MOST = 4096 };

/* What the client asked for. Written by the loop's thread until the first sound has come, read by
 * the session's thread from then on. */
struct realtime_config {
    char model[NAME_MOST], language[NAME_MOST], prompt[PROMPT_MOST];
    int rate;    /* of the samples */
    bool detect; /* turns are found by the detector; else the client says where they end */
    bool beta;   /* told in the older shape, "transcription_session" */
};

/* Sound, or what the client said between sounds. */
enum piece_kind { PIECE_SOUND, PIECE_COMMIT, PIECE_CLEAR };
struct piece {
    struct piece *next;
    enum piece_kind kind;
    size_t bytes, taken;
    unsigned char data[];
};

struct message {
    struct message *next;
    size_t bytes;
    char *text; /* owned */
};

struct realtime {
    atomic_int references; /* the socket's and the thread's */
    struct realtime_count *count;
    const struct host *host;
    struct key key; /* whose session it is */
    void (*notify)(void *arg);
    void *arg;
    char id[40];
    struct realtime_config config;

    /* Of the loop's thread. */
    bool begun;    /* sound has come, and the model is certain */
    int64_t fresh; /* bytes of it since the last commit or clear */
    int mistakes;
    struct lease *lease; /* of its deployment, or null */
    double heard;        /* seconds of sound */

    /* Written before the first sound is put there, as the configuration. */
    struct deployment deployment; /* that was named as its model; all zeros: none */

    pthread_mutex_t lock; /* for what follows */
    pthread_cond_t news;
    struct piece *first, **last;
    size_t held;       /* bytes of sound that wait or are kept for a turn */
    int64_t uncounted; /* bytes of sound that are not in the usage yet */
    bool full;         /* somebody waits for room */
    struct message *out, **out_last;
    size_t out_bytes;
    bool ended; /* nothing is said any more */
    bool gone;  /* nobody listens any more */
    struct ih_job *job;
};

/* Takes over the reference, adds an event_id. From any thread. */
void realtime_say(struct realtime *r, json_t *event);
/* An event of type "error"; client_event may be null. */
void realtime_complain(struct realtime *r, const struct problem *p, const char *client_event);
/* False without memory. */
bool realtime_put(struct realtime *r, enum piece_kind kind, const void *data, size_t bytes);
/* "item_" and random digits. */
void realtime_name(char name[40], const char *front);
void realtime_release(struct realtime *r);

/* Bytes that may wait for the detector. */
size_t realtime_room(const struct realtime *r);

/* realtime_events.c: the session as the client sees it. */
json_t *realtime_session(const struct realtime *r);

/* realtime_listen.c: the thread. */
void *realtime_listen(void *realtime);

#endif
