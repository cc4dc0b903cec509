/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds a fuzz target its seeds and a bounded number of mutations of them, where libFuzzer is not
 * at hand. What it does depends on nothing but the seeds, so a failure comes again.
 *
 *     fuzz_x FOLDER [MUTATIONS]   every file of the folder, then mutations
 *     fuzz_x FILE                 that file alone
 *
 * An input under which the target dies is left behind as crash-NAME in the working directory. */
#include "base/rng.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* Only there when a sanitizer is. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

enum {
    SEED_LIMIT = 256,
    INPUT_LIMIT = 1 << 20,
    MUTATIONS = 20000,
    SECONDS = 3, /* slow targets see fewer mutations instead of holding up the tests */
};

struct input {
    uint8_t *data;
    size_t size;
};

static struct {
    const uint8_t *data;
    size_t size;
    char path[128];
} running;

static void keep_crash(void)
{
    int fd = open(running.path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd < 0)
        return;
    if (write(fd, running.data, running.size) == (ssize_t)running.size)
        (void)!write(STDERR_FILENO, "input kept in the working directory\n", 36);
    close(fd);
}

static void on_signal(int number)
{
    keep_crash();
    signal(number, SIG_DFL);
    raise(number);
}

/* The target gets a copy of the exact size, so that a sanitizer sees every byte read too far. */
static void run(const struct input *in)
{
    uint8_t *copy = malloc(in->size ? in->size : 1);
    if (!copy)
        exit(2);
    memcpy(copy, in->data, in->size);
    running.data = copy;
    running.size = in->size;
    LLVMFuzzerTestOneInput(copy, in->size);
    free(copy);
}

static struct input read_input(const char *path)
{
    struct input in = {malloc(INPUT_LIMIT), 0};
    FILE *f = fopen(path, "rb");
    if (!in.data || !f) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(2);
    }
    in.size = fread(in.data, 1, INPUT_LIMIT, f);
    fclose(f);
    return in;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int read_seeds(struct input *seed, const char *folder)
{
    struct dirent **entry;
    int n = scandir(folder, &entry, NULL, by_name), seeds = 0;
    for (int i = 0; i < n; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", folder, entry[i]->d_name);
        if (entry[i]->d_name[0] != '.' && seeds < SEED_LIMIT)
            seed[seeds++] = read_input(path);
        free(entry[i]);
    }
    if (n >= 0)
        free(entry);
    return seeds;
}

static size_t below(uint64_t *rng, size_t n)
{
    return n ? (size_t)(rng_next(rng) % n) : 0;
}

/* Replaces `old` bytes at `at` by `n` others. */
static void replace(struct input *in, size_t at, size_t old, const uint8_t *with, size_t n)
{
    if (in->size - old + n > INPUT_LIMIT)
        return;
    memmove(in->data + at + n, in->data + at + old, in->size - at - old);
    if (n)
        memcpy(in->data + at, with, n);
    in->size = in->size - old + n;
}

static void set_integer(struct input *in, uint64_t *rng)
{
    static const uint64_t interesting[] = {0, 1, 2, 4, 8, 16, 31, 32, 33, 64, 127, 128, 255, 256,
        1000, 32767, 32768, 65535, 65536, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
        0x100000000, 0x7fffffffffffffff, 0x8000000000000000, 0xfffffffffffffff8,
        0xffffffffffffffff};
    uint64_t v = interesting[below(rng, sizeof interesting / sizeof *interesting)];
    size_t n = (size_t)1 << below(rng, 4);
    if (in->size >= n)
        memcpy(in->data + below(rng, in->size - n + 1), &v, n);
}

/* Puts another number where decimal digits stand. */
static void set_decimal(struct input *in, uint64_t *rng)
{
    static const char *const interesting[] = {"0", "1", "-1", "-0", "2", "3", "8", "255", "65536",
        "2147483647", "2147483648", "4294967296", "4611686018427387904", "9223372036854775807",
        "-9223372036854775808", "9223372036854775808", "18446744073709551616", "1e999", "0.5",
        "1e2", "null", "\"7\"", "[]", "{}"};
    size_t at = below(rng, in->size), n = 0;
    while (at < in->size && (in->data[at] < '0' || in->data[at] > '9'))
        at++;
    while (at + n < in->size && in->data[at + n] >= '0' && in->data[at + n] <= '9')
        n++;
    const char *with = interesting[below(rng, sizeof interesting / sizeof *interesting)];
    if (n)
        replace(in, at, n, (const uint8_t *)with, strlen(with));
}

/* Puts a piece of another seed in place of a piece of this input. */
static void graft(struct input *in, const struct input *other, uint64_t *rng)
{
    size_t at = below(rng, in->size), old = below(rng, in->size - at + 1);
    size_t from = below(rng, other->size), n = below(rng, other->size - from + 1);
    replace(in, at, old, other->data + from, n);
}

static void repeat(struct input *in, uint64_t *rng)
{
    uint8_t piece[256];
    size_t from = below(rng, in->size), n = below(rng, in->size - from);
    n = n < sizeof piece ? n : sizeof piece;
    memcpy(piece, in->data + from, n);
    replace(in, below(rng, in->size), 0, piece, n);
}

static void mutate(struct input *in, const struct input *seed, int seeds, uint64_t *rng)
{
    for (size_t edits = 1 + below(rng, 5); edits > 0; edits--) {
        size_t at = below(rng, in->size);
        switch (below(rng, 9)) {
        case 0:
        case 1:
            if (in->size)
                in->data[at] ^= (uint8_t)(1u << below(rng, 8));
            break;
        case 2:
            if (in->size)
                in->data[at] = (uint8_t)rng_next(rng);
            break;
        case 3:
            set_integer(in, rng);
            break;
        case 4:
            set_decimal(in, rng);
            break;
        case 5:
            graft(in, &seed[below(rng, (size_t)seeds)], rng);
            break;
        case 6:
            repeat(in, rng);
            break;
        case 7:
            replace(in, at, below(rng, in->size - at + 1) / 8, NULL, 0);
            break;
        default:
            if (below(rng, 4) == 0)
                in->size = at;
        }
    }
}

static int run_mutations(const struct input *seed, int seeds, int count)
{
    struct input in = {malloc(INPUT_LIMIT), 0};
    if (!in.data)
        exit(2);
    uint64_t rng = 1;
    time_t begin = time(NULL);
    int done = 0;
    while (done < count && time(NULL) - begin < SECONDS) {
        const struct input *from = &seed[done % seeds];
        memcpy(in.data, from->data, from->size);
        in.size = from->size;
        mutate(&in, seed, seeds, &rng);
        run(&in);
        done++;
    }
    free(in.data);
    return done;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: %s FOLDER [MUTATIONS] | FILE\n", argv[0]);
        return 2;
    }
    const char *slash = strrchr(argv[0], '/');
    snprintf(running.path, sizeof running.path, "crash-%.100s", slash ? slash + 1 : argv[0]);
    if (__sanitizer_set_death_callback)
        __sanitizer_set_death_callback(keep_crash);
    else
        for (const int *s = (const int[]){SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, 0}; *s; s++)
            signal(*s, on_signal);
    struct stat st;
    static struct input seed[SEED_LIMIT];
    bool folder = stat(argv[1], &st) == 0 && S_ISDIR(st.st_mode);
    int seeds = folder ? read_seeds(seed, argv[1]) : 1;
    if (!folder)
        seed[0] = read_input(argv[1]);
    if (!seeds) {
        fprintf(stderr, "%s: no seeds\n", argv[1]);
        return 2;
    }
    for (int i = 0; i < seeds; i++)
        run(&seed[i]);
    int count = argc > 2 ? atoi(argv[2]) : MUTATIONS;
    int done = folder ? run_mutations(seed, seeds, count) : 0;
    printf("%d seeds, %d mutations\n", seeds, done);
    for (int i = 0; i < seeds; i++)
        free(seed[i].data);
    return 0;
}
