/* SPDX-License-Identifier: Apache-2.0 */
#include "tasks/room.h"

#include "base/clock.h"
#include "base/err.h"

#include <pthread.h>
#include <stdlib.h>

enum {
    STRETCH = 512, /* tokens of a prompt that are read at a time while others wait */
    WORTH = 32     /* tokens that a copy must save to be made */
};

/* How long a leader waits for those who choose their next token, and how often a waiting thread
 * looks whether it is cancelled. */
static const double gather_seconds = 0.002, look_seconds = 0.05;

enum seat_state { SEAT_IDLE, SEAT_READY, SEAT_DONE };

struct seat {
    bool taken;
    uint64_t left; /* when; larger is later */
    enum seat_state state;
    struct writer_feed feed; /* what is still to be read */
    const volatile int *cancel;
    enum ih_status status;
    struct ih_error error;
};

struct room {
    const struct writer *writer;
    struct writer_session *session;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    struct seat *seat;
    int seats, context;
    bool reading;             /* a leader is at it, without the lock */
    int entering;             /* threads that want to look at the session */
    uint64_t time;            /* of leaving */
    struct writer_feed *feed; /* [seats] the leader's */
    int *from;                /* [seats] */
};

enum ih_status patience_left(const struct patience *p, struct ih_error *e)
{
    if (p->cancel && *p->cancel)
        return err_set(e, IH_CANCELLED, "cancelled");
    if (p->deadline > 0 && clock_seconds() > p->deadline)
        return err_set(e, IH_CANCELLED, "the time for it is over");
    return IH_OK;
}

static void wait_for(struct room *r, double seconds)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_nsec += (long)(seconds * 1e9);
    t.tv_sec += t.tv_nsec / 1000000000;
    t.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&r->moved, &r->lock, &t);
}

enum ih_status room_open(
    struct room **out, struct model *m, const struct writer_setup *setup, struct ih_error *e)
{
    struct room *r = calloc(1, sizeof *r);
    struct writer_info info;
    *out = NULL;
    if (!r)
        return err_memory(e, "conversations");
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&r->moved, &attr);
    pthread_condattr_destroy(&attr);
    pthread_mutex_init(&r->lock, NULL);
    r->writer = m->family->writer;
    r->writer->info(m, &info);
    r->seats = setup->conversations;
    r->context = setup->context ? setup->context : info.context;
    enum ih_status status = r->writer->open(&r->session, m, setup, e);
    if (!status) {
        r->seat = calloc((size_t)r->seats, sizeof *r->seat);
        r->feed = calloc((size_t)r->seats, sizeof *r->feed);
        r->from = calloc((size_t)r->seats, sizeof *r->from);
        if (!r->seat || !r->feed || !r->from)
            status = err_memory(e, "conversations");
    }
    if (status)
        room_close(&r);
    *out = r;
    return status;
}

void room_close(struct room **rp)
{
    struct room *r = *rp;
    if (!r)
        return;
    if (r->session)
        r->writer->close(&r->session);
    pthread_mutex_destroy(&r->lock);
    pthread_cond_destroy(&r->moved);
    free(r->seat);
    free(r->feed);
    free(r->from);
    free(r);
    *rp = NULL;
}

/* How many tokens a conversation has in common with these. */
static int shared(const struct room *r, int seat, const int32_t *token, int count)
{
    const int32_t *held;
    int n = r->writer->held(r->session, seat, &held), i = 0;
    while (i < n && i < count && held[i] == token[i])
        i++;
    return i;
}

/* The free seat that remembers most, of equal ones the one that was left longest ago; -1 when there
 * is none. */
static int free_seat(const struct room *r, const int32_t *token, int count)
{
    int best = -1, most = -1;
    for (int i = 0; i < r->seats; i++) {
        if (r->seat[i].taken)
            continue;
        int n = shared(r, i, token, count);
        if (n > most || (n == most && r->seat[i].left < r->seat[best].left)) {
            best = i;
            most = n;
        }
    }
    return best;
}

/* Gives the seat what is known of the tokens; another conversation may know more of them. */
static int remember(struct room *r, int seat, const int32_t *token, int count)
{
    int from = seat, most = shared(r, seat, token, count);
    for (int i = 0; i < r->seats; i++) {
        int n = shared(r, i, token, count);
        if (n >= most + WORTH) {
            from = i;
            most = n;
        }
    }
    most = most < count ? most : count - 1;
    if (from == seat)
        r->writer->truncate(r->session, seat, most);
    else
        r->writer->fork(r->session, seat, from, most);
    return most;
}

enum ih_status room_enter(struct room *r, const int32_t *token, int count, const struct patience *p,
    int *seat, int *kept, struct ih_error *e)
{
    enum ih_status status = IH_OK;
    int found = -1;
    pthread_mutex_lock(&r->lock);
    r->entering++;
    while (!(status = patience_left(p, e))) {
        found = r->reading ? -1 : free_seat(r, token, count);
        if (found >= 0)
            break;
        /* With all seats taken those who have them must go on. */
        bool full = !r->reading;
        r->entering -= full;
        if (full)
            pthread_cond_broadcast(&r->moved);
        wait_for(r, look_seconds);
        r->entering += full;
    }
    if (!status) {
        *kept = remember(r, found, token, count);
        *seat = found;
        r->seat[found] = (struct seat){.taken = true};
    }
    r->entering--;
    pthread_cond_broadcast(&r->moved);
    pthread_mutex_unlock(&r->lock);
    return status;
}

void room_leave(struct room *r, int seat)
{
    pthread_mutex_lock(&r->lock);
    r->seat[seat].taken = false;
    r->seat[seat].left = ++r->time;
    pthread_cond_broadcast(&r->moved);
    pthread_mutex_unlock(&r->lock);
}

/* Whether some who have a seat are neither waiting here nor being read for. */
static bool others_come(const struct room *r)
{
    for (int i = 0; i < r->seats; i++)
        if (r->seat[i].taken && r->seat[i].state != SEAT_READY)
            return true;
    return false;
}

static int gather(struct room *r)
{
    int n = 0;
    for (int i = 0; i < r->seats; i++) {
        if (r->seat[i].state != SEAT_READY)
            continue;
        r->feed[n] = r->seat[i].feed;
        if (r->feed[n].count > STRETCH) {
            r->feed[n].count = STRETCH;
            r->feed[n].logits = NULL;
        }
        r->from[n++] = i;
    }
    return n;
}

/* Reads one stretch for all who wait, without the lock. One who is alone can be cancelled in the
 * middle of it. */
static void lead(struct room *r)
{
    struct ih_error e = {0};
    int n = gather(r);
    const volatile int *cancel = n == 1 ? r->seat[r->from[0]].cancel : NULL;
    r->reading = true;
    pthread_mutex_unlock(&r->lock);
    enum ih_status status = r->writer->feed(r->session, r->feed, n, cancel, &e);
    pthread_mutex_lock(&r->lock);
    r->reading = false;
    for (int i = 0; i < n; i++) {
        struct seat *s = &r->seat[r->from[i]];
        s->feed.token += r->feed[i].count;
        s->feed.count -= r->feed[i].count;
        s->status = status;
        s->error = e;
        if (status || !s->feed.count)
            s->state = SEAT_DONE;
    }
    pthread_cond_broadcast(&r->moved);
}

enum ih_status room_feed(struct room *r, const struct writer_feed *feed, const struct patience *p,
    void (*told)(void *arg, int done), void *arg, struct ih_error *e)
{
    struct seat *s = &r->seat[feed->conversation];
    double began = clock_seconds();
    int left = feed->count;
    pthread_mutex_lock(&r->lock);
    s->feed = *feed;
    s->cancel = p->cancel;
    s->state = SEAT_READY;
    pthread_cond_broadcast(&r->moved);
    while (s->state == SEAT_READY) {
        bool mine = !r->reading && !r->entering;
        if (mine && (s->status = patience_left(p, &s->error)) != IH_OK)
            s->state = SEAT_DONE;
        else if (!mine)
            wait_for(r, look_seconds);
        else if (others_come(r) && clock_seconds() - began < gather_seconds)
            wait_for(r, gather_seconds);
        else
            lead(r);
        if (told && s->feed.count < left) {
            left = s->feed.count;
            pthread_mutex_unlock(&r->lock);
            told(arg, feed->count - left);
            pthread_mutex_lock(&r->lock);
        }
    }
    enum ih_status status = s->status;
    if (status && e)
        *e = s->error;
    s->state = SEAT_IDLE;
    pthread_mutex_unlock(&r->lock);
    return status;
}
