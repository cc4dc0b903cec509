/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a command and prints on standard error the most memory it held: "peak_mb 123". */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: bench_peak COMMAND [ARGUMENTS]\n");
        return 2;
    }
    pid_t child = fork();
    if (child == 0) {
        execvp(argv[1], argv + 1);
        perror(argv[1]);
        _exit(127);
    }
    int status = 0;
    struct rusage used;
    if (child < 0 || wait4(child, &status, 0, &used) != child) {
        perror("bench_peak");
        return 1;
    }
    fprintf(stderr, "peak_mb %ld\n", used.ru_maxrss / 1000);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
