/* SPDX-License-Identifier: Apache-2.0 */
/* Completion scripts, written out from the tables of commands and options. Names of models are
 * asked for at completion time. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

static const char list_models[] = "inhouse models list --quiet 2>/dev/null";
static const char list_voices[] = "inhouse voices list --quiet 2>/dev/null";

static const char list_known[] = "inhouse models search --quiet 2>/dev/null";

/* The command that lists what a value may be; null for files and what nobody can list. */
static const char *lister(enum flag_kind kind)
{
    return kind == FLAG_MODEL   ? list_models
           : kind == FLAG_VOICE ? list_voices
           : kind == FLAG_KNOWN ? list_known
                                : NULL;
}

static void put_words(const char *const *words)
{
    for (int i = 0; words && words[i]; i++)
        printf("%s%s", i ? " " : "", words[i]);
}

static void bash_value(const struct flag *f)
{
    printf("        ");
    if (f->letter)
        printf("-%c | ", f->letter);
    printf("--%s) ", f->name);
    if (f->choices) {
        printf("words='");
        put_words(f->choices);
        printf("'");
    } else if (lister(f->kind)) {
        printf("words=$(%s)", lister(f->kind));
    } else if (f->kind == FLAG_FOLDER) {
        printf("mapfile -t COMPREPLY < <(compgen -d -- \"$current\"); return");
    } else {
        printf("mapfile -t COMPREPLY < <(compgen -f -- \"$current\"); return");
    }
    printf(" ;;\n");
}

static void bash_argument(enum flag_kind kind)
{
    if (lister(kind))
        printf("words=$(%s)\n           ", lister(kind));
    else
        printf("mapfile -t COMPREPLY < <(compgen -f -- \"$current\"); return\n           ");
}

static void bash_command(const struct command *command)
{
    struct flag flag[FLAGS_MAX];
    int n = command_flags(command, flag);
    printf("    %s)\n        case $before in\n", command->name);
    for (int i = 0; i < n; i++)
        if (flag[i].value && !flag[i].optional)
            bash_value(&flag[i]);
    printf("        *) if [[ $current == -* ]]; then words='");
    for (int i = 0; i < n; i++)
        printf("%s--%s", i ? " " : "", flag[i].name);
    printf("'\n           ");
    if (command->words) {
        printf("elif [ \"$COMP_CWORD\" = 2 ]; then words='");
        put_words(command->words);
        printf("'\n           ");
    }
    for (const struct after *a = command->after; a && a->word; a++) {
        printf("elif [ \"${COMP_WORDS[2]}\" = %s ]; then ", a->word);
        bash_argument(a->kind);
    }
    if (lister(command->argument) || command->argument == FLAG_FILE) {
        printf("else ");
        bash_argument(command->argument);
    }
    printf("fi ;;\n        esac ;;\n");
}

static void bash(void)
{
    int n;
    const struct command *all = commands(&n);
    printf("# bash completion for inhouse\n_inhouse() {\n"
           "    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words=\n"
           "    COMPREPLY=()\n"
           "    if [ \"$COMP_CWORD\" = 1 ]; then\n        words='");
    for (int i = 0; i < n; i++)
        printf("%s%s", i ? " " : "", all[i].name);
    printf("'\n    else case ${COMP_WORDS[1]} in\n");
    for (int i = 0; i < n; i++)
        bash_command(&all[i]);
    printf("    esac; fi\n"
           "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n}\n"
           "complete -o filenames -F _inhouse inhouse\n");
}

/* A description inside single quotes, where zsh gives brackets and colons a meaning. */
static void zsh_text(const char *text)
{
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\''", stdout);
        else if (strchr("[]:", *text))
            printf("\\%c", *text);
        else
            putchar(*text);
    }
}

static const char *zsh_function(enum flag_kind kind)
{
    return kind == FLAG_MODEL   ? "_inhouse_models"
           : kind == FLAG_VOICE ? "_inhouse_voices"
           : kind == FLAG_KNOWN ? "_inhouse_known"
                                : "_files";
}

static void zsh_action(const struct flag *f)
{
    if (f->choices) {
        printf("(");
        put_words(f->choices);
        printf(")");
    } else if (lister(f->kind)) {
        printf("%s", zsh_function(f->kind));
    } else if (f->kind == FLAG_FOLDER) {
        printf("_files -/");
    } else if (f->kind == FLAG_FILE) {
        printf("_files");
    }
}

static void zsh_flag(const struct flag *f)
{
    if (f->letter)
        printf("        '*'{-%c,--%s%s}'[", f->letter, f->name, f->value ? "=" : "");
    else
        printf("        '*--%s%s[", f->name, !f->value ? "" : f->optional ? "=-" : "=");
    zsh_text(f->help);
    printf("]");
    if (f->value) {
        printf("%s", f->optional ? "::" : ":");
        zsh_text(f->value);
        printf(":");
        zsh_action(f);
    }
    printf("' \\\n");
}

static void zsh(void)
{
    int n;
    const struct command *all = commands(&n);
    printf("#compdef inhouse\n_inhouse_models() { compadd -- $(%s) }\n"
           "_inhouse_voices() { compadd -- $(%s) }\n"
           "_inhouse_known() { compadd -- $(%s) }\n",
        list_models, list_voices, list_known);
    printf("_inhouse() {\n    if (( CURRENT == 2 )); then\n        local -a names=(\n");
    for (int i = 0; i < n; i++) {
        printf("            '%s:", all[i].name);
        zsh_text(all[i].summary);
        printf("'\n");
    }
    printf("        )\n        _describe command names\n        return\n    fi\n"
           "    local name=$words[2]\n    shift words\n    (( CURRENT-- ))\n    case $name in\n");
    for (int i = 0; i < n; i++) {
        struct flag flag[FLAGS_MAX];
        int flags = command_flags(&all[i], flag);
        printf("    %s) _arguments -s \\\n", all[i].name);
        for (int j = 0; j < flags; j++)
            zsh_flag(&flag[j]);
        if (all[i].words) {
            printf("        '1:what:(");
            put_words(all[i].words);
            printf(")' \\\n");
        }
        if (!all[i].after) {
            printf("        '*:argument:%s' ;;\n", zsh_function(all[i].argument));
            continue;
        }
        printf("        '*:argument:{case $words[2] in");
        for (const struct after *a = all[i].after; a->word; a++)
            printf(" (%s) %s ;;", a->word, zsh_function(a->kind));
        printf(" (*) %s ;; esac}' ;;\n", zsh_function(all[i].argument));
    }
    printf("    esac\n}\n_inhouse \"$@\"\n");
}

static void fish_text(const char *text)
{
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            putchar('\\');
        putchar(*text);
    }
}

static void fish_flag(const struct command *command, const struct flag *f)
{
    printf("complete -c inhouse -n '__fish_seen_subcommand_from %s' -l %s", command->name, f->name);
    if (f->letter)
        printf(" -s %c", f->letter);
    if (f->value && !f->optional)
        printf(" -r");
    if (f->choices) {
        printf(" -f -a '");
        put_words(f->choices);
        printf("'");
    } else if (lister(f->kind)) {
        printf(" -f -a '(%s)'", lister(f->kind));
    } else if (f->kind == FLAG_FOLDER) {
        printf(" -f -a '(__fish_complete_directories)'");
    }
    printf(" -d '");
    fish_text(f->help);
    printf("'\n");
}

static void fish_after(const char *command, const struct after *a)
{
    printf("complete -c inhouse -n '__fish_seen_subcommand_from %s; and "
           "__fish_seen_subcommand_from %s' ",
        command, a->word);
    if (lister(a->kind))
        printf("-f -a '(%s)'\n", lister(a->kind));
    else
        printf("-F\n");
}

static void fish(void)
{
    int n;
    const struct command *all = commands(&n);
    printf("# fish completion for inhouse\n");
    for (int i = 0; i < n; i++) {
        struct flag flag[FLAGS_MAX];
        int flags = command_flags(&all[i], flag);
        printf("complete -c inhouse -n __fish_use_subcommand -f -a %s -d '", all[i].name);
        fish_text(all[i].summary);
        printf("'\n");
        if (all[i].words) {
            printf("complete -c inhouse -n '__fish_seen_subcommand_from %s' -f -a '", all[i].name);
            put_words(all[i].words);
            printf("'\n");
        }
        if (lister(all[i].argument))
            printf("complete -c inhouse -n '__fish_seen_subcommand_from %s' -f -a '(%s)'\n",
                all[i].name, lister(all[i].argument));
        for (const struct after *a = all[i].after; a && a->word; a++)
            fish_after(all[i].name, a);
        for (int j = 0; j < flags; j++)
            fish_flag(&all[i], &flag[j]);
    }
}

int completion(const char *shell)
{
    if (strcmp(shell, "bash") == 0)
        bash();
    else if (strcmp(shell, "zsh") == 0)
        zsh();
    else if (strcmp(shell, "fish") == 0)
        fish();
    else
        return usage_error(
            command_find("completion"), "'%s' is not a shell: choose bash, zsh or fish", shell);
    return EXIT_DONE;
}
