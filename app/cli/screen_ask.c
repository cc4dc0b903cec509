/* SPDX-License-Identifier: Apache-2.0 */
/* Asks the terminal what it is. The answer comes as if it were typed, so the keyboard is read for a
 * moment, without echo. */
#include "cli/screen.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { WAIT = 200 /* ms */, ANSWER = 64 };

/* "\033[?62;4;22c": 4 among the numbers means sixels. */
static bool lists_sixel(const char *answer)
{
    const char *p = strstr(answer, "\033[?");
    if (!p || !strchr(p, 'c'))
        return false;
    for (p += 3; *p && *p != 'c'; p += strcspn(p, ";c"), p += *p == ';')
        if (p[0] == '4' && (p[1] == ';' || p[1] == 'c'))
            return true;
    return false;
}

/* Up to the final c; what comes too late is thrown away with the rest of the queue. */
static bool read_answer(int fd, char *answer)
{
    size_t n = 0;
    double end = now_seconds() + WAIT / 1000.0;
    while (n + 1 < ANSWER) {
        int left = (int)((end - now_seconds()) * 1000);
        struct pollfd p = {fd, POLLIN, 0};
        if (left <= 0 || poll(&p, 1, left) <= 0 || read(fd, answer + n, 1) != 1)
            return false;
        answer[++n] = 0;
        if (answer[n - 1] == 'c')
            return true;
    }
    return false;
}

bool screen_asks_for_sixel(void)
{
    struct termios before, raw;
    char answer[ANSWER] = "";
    bool complete = false;
    int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return false;
    /* A program in the background must not touch the terminal. */
    if (tcgetpgrp(fd) == getpgrp() && tcgetattr(fd, &before) == 0) {
        raw = before;
        raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
        raw.c_cc[VMIN] = 1;
        raw.c_cc[VTIME] = 0;
        if (tcsetattr(fd, TCSANOW, &raw) == 0) {
            if (write(fd, "\033[c", 3) == 3)
                complete = read_answer(fd, answer);
            tcsetattr(fd, complete ? TCSANOW : TCSAFLUSH, &before);
        }
    }
    close(fd);
    return complete && lists_sixel(answer);
}
