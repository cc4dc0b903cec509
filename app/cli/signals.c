/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/signals.h"

#include <signal.h>
#include <stddef.h>

/* A signal handler has nothing else to reach the work by. */
static volatile int *stop_flag;
static volatile sig_atomic_t caught;

static void on_signal(int number)
{
    caught = number;
    if (stop_flag)
        *stop_flag = 1;
}

void signals_watch(volatile int *flag)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    struct sigaction old, ignore = {.sa_handler = SIG_IGN};
    stop_flag = flag;
    if (!flag)
        return;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        /* What nohup and background jobs ignore stays ignored. */
        if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(numbers[i], &action, NULL);
    }
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGPIPE, &ignore, NULL);
}

void signals_forget(void)
{
    caught = 0;
    signals_watch(stop_flag);
}

int signals_caught(void)
{
    return (int)caught;
}
