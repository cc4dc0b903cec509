/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/player.h"

#include "cli/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BLOCK = 4096, ARGUMENTS = 16 };

/* "RATE" stands for the rate. All of them are given bare samples, which no version of them takes
 * for something else. */
static const char *const programs[][ARGUMENTS] = {
    {"paplay", "--raw", "--format=s16le", "--channels=1", "--rate=RATE"},
    {"pw-cat", "--playback", "--raw", "--format=s16", "--channels=1", "--rate=RATE", "-"},
    {"aplay", "-q", "-t", "raw", "-f", "S16_LE", "-c", "1", "-r", "RATE"},
    {"ffplay", "-nodisp", "-autoexit", "-loglevel", "error", "-f", "s16le", "-sample_rate", "RATE",
        "-i", "pipe:0"},
};
enum { PROGRAMS = sizeof programs / sizeof *programs };

/* The arguments with the rate in its place. */
static void fill_arguments(
    char *argument[ARGUMENTS + 1], char text[ARGUMENTS][32], const char *const *from, int rate)
{
    int n = 0;
    for (; n < ARGUMENTS && from[n]; n++) {
        const char *place = strstr(from[n], "RATE");
        if (place)
            snprintf(text[n], sizeof text[n], "%.*s%d", (int)(place - from[n]), from[n], rate);
        else
            snprintf(text[n], sizeof text[n], "%s", from[n]);
        argument[n] = text[n];
    }
    argument[n] = NULL;
}

extern char **environ;

/* Standard input is the pipe; what the program says is not for our terminal. */
static int start(struct player *p, const char *path, char **argument)
{
    int ends[2];
    posix_spawn_file_actions_t actions;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return errno;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    int error = posix_spawn(&p->pid, path, &actions, NULL, argument, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[0]);
    if (error) {
        close(ends[1]);
        p->pid = 0;
        return error;
    }
    p->fd = ends[1];
    fcntl(p->fd, F_SETFL, O_NONBLOCK);
    return 0;
}

enum ih_status player_open(struct player *p, int rate, const volatile int *stop, struct ih_error *e)
{
    *p = (struct player){.fd = -1, .stop = stop};
    char path[PATH_MAX], text[ARGUMENTS][32], *argument[ARGUMENTS + 1];
    for (int i = 0; i < PROGRAMS; i++) {
        if (!program_find(programs[i][0], path, sizeof path))
            continue;
        fill_arguments(argument, text, programs[i], rate);
        int error = start(p, path, argument);
        p->name = programs[i][0];
        return error ? fail(e, IH_IO, "%s cannot be started: %s", p->name, strerror(error)) : IH_OK;
    }
    return fail(e, IH_NOT_FOUND,
        "no program that plays sound is installed: paplay (pulseaudio-utils), pw-cat "
        "(pipewire-bin), aplay (alsa-utils) or ffplay (ffmpeg); --output FILE writes a file");
}

static enum ih_status gave_up(const struct player *p, struct ih_error *e)
{
    return fail(e, IH_IO, "%s could not play the sound; is there a sound card?", p->name);
}

/* Waits in steps, so that a signal is noticed while nobody takes anything. */
static bool write_all(const struct player *p, const unsigned char *bytes, size_t left)
{
    struct pollfd ready = {.fd = p->fd, .events = POLLOUT};
    while (left && !*p->stop) {
        if (poll(&ready, 1, 100) <= 0)
            continue;
        ssize_t done = write(p->fd, bytes, left);
        if (done < 0 && errno != EINTR && errno != EAGAIN)
            return false;
        bytes += done > 0 ? done : 0;
        left -= done > 0 ? (size_t)done : 0;
    }
    return left == 0;
}

enum ih_status player_write(struct player *p, const float *pcm, int64_t samples, struct ih_error *e)
{
    while (samples > 0) {
        unsigned char bytes[2 * BLOCK];
        int64_t n = samples < BLOCK ? samples : BLOCK;
        for (int64_t i = 0; i < n; i++) {
            int v = (int)lrintf(fmaxf(-1, fminf(1, pcm[i])) * 32767);
            bytes[2 * i] = (unsigned char)v;
            bytes[2 * i + 1] = (unsigned char)((unsigned)v >> 8);
        }
        if (!write_all(p, bytes, 2 * (size_t)n))
            return *p->stop ? IH_OK : gave_up(p, e);
        pcm += n;
        samples -= n;
    }
    return IH_OK;
}

enum ih_status player_close(struct player *p, bool stop, struct ih_error *e)
{
    int state = 0;
    if (!p->pid)
        return IH_OK;
    close(p->fd);
    if (stop)
        kill(p->pid, SIGTERM);
    while (waitpid(p->pid, &state, 0) < 0 && errno == EINTR)
        if (*p->stop)
            kill(p->pid, SIGTERM);
    p->pid = 0;
    stop = stop || *p->stop;
    if (!stop && !(WIFEXITED(state) && WEXITSTATUS(state) == 0))
        return gave_up(p, e);
    return IH_OK;
}
