/* SPDX-License-Identifier: Apache-2.0 */
/* The progress line as a terminal gets it. */
#include "support/support.h"

#include "cli/terminal.h"

#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct setting {
    const char *locale, *term, *no_color;
    unsigned short columns; /* 0: standard error is no terminal */
};

static void half_way(void)
{
    struct progress p;
    progress_begin(&p, "interview.mp3", true);
    progress_draw(&p, 5, 10, "12.3x");
    progress_draw(&p, 6, 10, "12.4x"); /* too soon after the other to be drawn */
    progress_clear(&p);
    progress_clear(&p);
}

static void quietly(void)
{
    struct progress p;
    progress_begin(&p, "interview.mp3", false);
    progress_draw(&p, 5, 10, "12.3x");
    progress_clear(&p);
}

static void without_a_total(void)
{
    struct progress p;
    progress_begin(&p, "standard input", true);
    progress_draw(&p, 90, 0, "1:30");
    progress_clear(&p);
}

/* Begins a minute ago, so that what is left can be told without waiting. */
static void with_time_left(void)
{
    struct progress p;
    progress_begin(&p, "interview.mp3", true);
    p.began -= 60;
    progress_draw(&p, 1, 4, "12.3x");
    progress_draw(&p, 4, 4, "12.3x"); /* the end is always drawn */
    progress_clear(&p);
}

/* In a child whose standard error is the other end of a pseudo-terminal. */
static void draw(const struct setting *s, void (*scene)(void), const char *slave)
{
    int fd = open(s->columns ? slave : "/dev/null", O_RDWR | O_NOCTTY);
    struct winsize size = {.ws_row = 24, .ws_col = s->columns};
    if (s->columns)
        ioctl(fd, TIOCSWINSZ, &size);
    dup2(fd, STDERR_FILENO);
    setenv("TERM", s->term, 1);
    unsetenv("NO_COLOR");
    if (s->no_color)
        setenv("NO_COLOR", s->no_color, 1);
    setlocale(LC_ALL, s->locale);
    scene();
    _exit(0);
}

/* What the terminal got. */
static const char *seen(struct setting s, void (*scene)(void))
{
    static char text[4096];
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0) {
        print_message("no pseudo-terminals here\n");
        skip();
    }
    assert_true(grantpt(master) == 0 && unlockpt(master) == 0);
    const char *slave = ptsname(master);
    int hold = open(slave, O_RDWR | O_NOCTTY); /* or the end of the child would be an error here */
    assert_true(hold >= 0);
    pid_t child = fork();
    if (child == 0)
        draw(&s, scene, slave);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    /* A line's end, which the terminal makes \r\n, tells where to stop: reads come in pieces. */
    assert_int_equal(write(hold, "\n", 1), 1);
    size_t n = 0;
    do {
        ssize_t more = read(master, text + n, sizeof text - 1 - n);
        assert_true(more > 0);
        n += (size_t)more;
    } while (n < 2 || memcmp(text + n - 2, "\r\n", 2) != 0);
    text[n - 2] = 0;
    close(hold);
    close(master);
    return text;
}

#define BAR7  "━━━━━━━"
#define BAR14 BAR7 BAR7

static void draws_a_bar(void **state)
{
    (void)state;
    struct setting s = {"C.UTF-8", "xterm", NULL, 80};
    assert_string_equal(seen(s, half_way), "\r\033[Kinterview.mp3  \033[36m" BAR14
                                           "\033[0m\033[2m" BAR14 "\033[0m  50%  12.3x\r\033[K");
}

static void without_colours_or_lines(void **state)
{
    (void)state;
    const char *plain = "\r\033[Kinterview.mp3  " BAR14 BAR14 "  50%  12.3x\r\033[K";
    assert_string_equal(seen((struct setting){"C.UTF-8", "xterm", "1", 80}, half_way), plain);
    assert_string_equal(seen((struct setting){"C.UTF-8", "dumb", NULL, 80}, half_way), plain);
    assert_string_equal(seen((struct setting){"C", "xterm", "1", 80}, half_way),
        "\r\033[Kinterview.mp3  ##############--------------  50%  12.3x\r\033[K");
}

static void fits_a_narrow_terminal(void **state)
{
    (void)state;
    /* No room for the bar, then not even for the name. */
    assert_string_equal(seen((struct setting){"C.UTF-8", "xterm", "1", 50}, half_way),
        "\r\033[Kinterv  " BAR14 BAR14 "  50%  12.3x\r\033[K");
    assert_string_equal(seen((struct setting){"C.UTF-8", "xterm", "1", 30}, half_way),
        "\r\033[K    50%  12.3x\r\033[K");
}

static void tells_what_is_left(void **state)
{
    (void)state;
    struct setting s = {"C", "xterm", "1", 80};
    assert_string_equal(seen(s, with_time_left),
        "\r\033[Kinterview.mp3  #######---------------------  25%  12.3x  3:00 left"
        "\r\033[Kinterview.mp3  ############################ 100%  12.3x  0:00 left\r\033[K");
    assert_string_equal(seen(s, without_a_total), "\r\033[Kstandard input    1:30\r\033[K");
}

static void is_silent_elsewhere(void **state)
{
    (void)state;
    assert_string_equal(seen((struct setting){"C.UTF-8", "xterm", NULL, 80}, quietly), "");
    assert_string_equal(seen((struct setting){"C.UTF-8", "xterm", NULL, 0}, half_way), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_a_bar),
        cmocka_unit_test(without_colours_or_lines),
        cmocka_unit_test(fits_a_narrow_terminal),
        cmocka_unit_test(tells_what_is_left),
        cmocka_unit_test(is_silent_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
