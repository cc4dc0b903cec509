/* SPDX-License-Identifier: Apache-2.0 */
/* The manual page, in the man(7) macros. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

/* Text in which nothing is taken for a request or an escape. */
static void put(const char *text)
{
    bool line_start = true;
    for (; *text; text++) {
        if (line_start && (*text == '.' || *text == '\''))
            fputs("\\&", stdout);
        if (*text == '\\')
            fputs("\\e", stdout);
        else if (*text == '-')
            fputs("\\-", stdout);
        else
            putchar(*text);
        line_start = *text == '\n';
    }
}

static void flag_entry(const struct flag *f)
{
    fputs(".TP\n.B ", stdout);
    if (f->letter)
        printf("\\-%c\\fR,\\fB ", f->letter);
    fputs("\\-\\-", stdout);
    put(f->name);
    if (f->value) {
        fputs(f->optional ? "\\fR[=\\fI" : " \\fI", stdout);
        put(f->value);
        fputs(f->optional ? "\\fR]" : "\\fR", stdout);
    }
    putchar('\n');
    put(f->help);
    for (int i = 0; f->choices && f->choices[i]; i++) {
        fputs(i ? ", " : ": ", stdout);
        put(f->choices[i]);
    }
    putchar('\n');
    if (f->fallback[0]) {
        fputs("(default ", stdout);
        put(f->negatable ? "on" : f->fallback);
        fputs(")\n", stdout);
    }
}

static void command_section(const struct command *command)
{
    struct flag flag[FLAGS_MAX];
    int n = command_flags(command, flag);
    printf(".SS inhouse ");
    put(command->name);
    putchar(' ');
    put(command->usage);
    putchar('\n');
    put(command->summary);
    putchar('\n');
    if (*command->details) {
        printf(".PP\n.nf\n");
        put(command->details);
        printf(".fi\n");
    }
    for (int i = 0; i < n - 1; i++)
        flag_entry(&flag[i]);
}

void manual(void)
{
    static const struct {
        const char *code, *meaning;
    } codes[] = {
        {"0", "Everything was done."},
        {"1", "An input could not be read or understood; the other inputs were done."},
        {"2", "The command line is wrong."},
        {"3", "A model is missing, damaged, or cannot do what was asked."},
        {"4", "A result could not be written."},
        {"5", "A server could not be reached, refused, or sent something wrong."},
        {"6", "Memory ran out, or a bug was met."},
        {"130, 143",
            "Stopped by Ctrl-C or SIGTERM; what was recognised, spoken or drawn before is kept."},
        {"141", "Whoever read the output went away."},
    };
    static const struct {
        const char *name, *meaning;
    } variables[] = {
        {"INHOUSE_MODELS", "Folder of the models that are fetched; "
                           "otherwise inhouse/models below XDG_DATA_HOME or ~/.local/share."},
        {"INHOUSE_VOICES", "Folder of your voice profiles; "
                           "otherwise inhouse/voices below XDG_DATA_HOME or ~/.local/share."},
        {"HF_ENDPOINT", "The hub to fetch from; otherwise https://huggingface.co."},
        {"HF_TOKEN", "Access token for the hub; sent to no other host and never printed."},
        {"HF_HUB_OFFLINE", "When it is 1, nothing is fetched."},
        {"NO_COLOR", "When it is set, nothing is coloured."},
    };
    int n;
    const struct command *all = commands(&n);
    printf(".TH INHOUSE 1 \"\" \"inhouse %s\" \"User Commands\"\n", INHOUSE_VERSION);
    printf(".SH NAME\ninhouse \\- speech to text, text to speech and text to image on your own "
           "machine\n");
    printf(".SH SYNOPSIS\n.B inhouse\n.I COMMAND\n[\\fIOPTIONS\\fR] [\\fIARGUMENTS\\fR]\n");
    printf(".SH COMMANDS\n");
    for (int i = 0; i < n; i++)
        command_section(&all[i]);
    printf(".SH EXIT STATUS\n");
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        printf(".TP\n.B %s\n%s\n", codes[i].code, codes[i].meaning);
    printf(".SH ENVIRONMENT\n");
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        printf(".TP\n.B %s\n", variables[i].name);
        put(variables[i].meaning);
        putchar('\n');
    }
}
