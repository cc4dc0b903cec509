/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/output.h"
#include "inhouse/options.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

static int unknown_command(const char *name)
{
    const char *names[32];
    int n;
    const struct command *all = commands(&n);
    for (int i = 0; i < n; i++)
        names[i] = all[i].name;
    names[n] = NULL;
    const char *close = ih_closest(name, names);
    if (close)
        return usage_error(NULL, "there is no command '%s'; did you mean '%s'?", name, close);
    return usage_error(NULL, "there is no command '%s'", name);
}

static int help(const struct args *a)
{
    if (a->count == 0) {
        help_all();
        return EXIT_DONE;
    }
    const struct command *command = command_find(a->arg[0]);
    if (!command)
        return unknown_command(a->arg[0]);
    help_command(command);
    return EXIT_DONE;
}

/* Commands that only print. */
static int print_command(const struct args *a)
{
    const char *name = a->command->name;
    int most = strcmp(name, "help") == 0 || strcmp(name, "completion") == 0;
    if (a->count > most)
        return usage_error(a->command, "'%s' is one argument too many", a->arg[most]);
    if (strcmp(name, "help") == 0)
        return help(a);
    if (strcmp(name, "version") == 0)
        printf("inhouse %s\n", INHOUSE_VERSION);
    else if (strcmp(name, "man") == 0)
        manual();
    else if (a->count == 0)
        return usage_error(a->command, "name a shell: bash, zsh or fish");
    else
        return completion(a->arg[0]);
    return EXIT_DONE;
}

static int run(int argc, char **argv)
{
    if (argc < 2) {
        help_all();
        return EXIT_USAGE;
    }
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
        name = "version";
    const struct command *command = command_find(name);
    if (!command)
        return unknown_command(name);
    struct args a;
    bool wants_help;
    int code = args_parse(&a, command, argc - 2, argv + 2, &wants_help);
    if (wants_help && !code)
        help_command(command);
    else if (!code)
        code = command->run ? command->run(&a) : print_command(&a);
    args_free(&a);
    return code;
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "");
    int code = run(argc, argv), flushed = flush_stdout();
    return code ? code : flushed;
}
