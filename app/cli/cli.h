/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "inhouse/error.h"

#include <stdbool.h>
#include <stddef.h>

/* Exit codes; docs/cli.md explains them. A signal gives 128 plus its number. */
enum exit_code {
    EXIT_DONE = 0,
    EXIT_INPUT = 1,    /* an input could not be read or understood; the others were done */
    EXIT_USAGE = 2,    /* wrong command or option */
    EXIT_MODEL = 3,    /* a model is missing, damaged or cannot do what was asked */
    EXIT_OUTPUT = 4,   /* a result could not be written */
    EXIT_NETWORK = 5,  /* a server could not be reached, refused or sent something wrong */
    EXIT_INTERNAL = 6, /* no memory, or a bug */
    EXIT_PIPE = 141,   /* whoever read the output went away */
};

enum flag_kind { FLAG_TEXT, FLAG_FILE, FLAG_FOLDER, FLAG_MODEL, FLAG_VOICE, FLAG_KNOWN };

/* An option of a command, for the parser, help, the manual and completion. */
struct flag {
    char name[24]; /* without the leading dashes */
    char letter;
    const char *value;   /* what its value is called; null: it takes none */
    bool optional;       /* the value may be left out, and then follows only after '=' */
    bool negatable;      /* --no-NAME */
    enum flag_kind kind; /* of the value, for completion */
    const char *const *choices;
    const char *help;
    char fallback[24]; /* default, for help */
    const char *key;   /* its name in the table it comes from; null: `name` is in that table */
};

enum { FLAGS_MAX = 64 };

struct args;

struct command {
    const char *name;
    const char *usage;        /* what follows the name */
    const char *summary;      /* a few words for the list of commands */
    const char *details;      /* paragraphs for its own help, and examples */
    const char *const *words; /* what its first argument may be; null: anything */
    enum flag_kind argument;  /* of further arguments, for completion */
    const struct after {
        const char *word;
        enum flag_kind kind;
    } * after; /* where they are of another kind behind some words; ends with a null word */
    const struct flag *flags;
    int flag_count;
    int (*more_flags)(struct flag *out, int room); /* further flags; or null */
    unsigned request; /* the task of enum ih_task whose options it takes too; 0: none */
    int (*run)(const struct args *args);
};

const struct command *commands(int *count);
const struct command *command_find(const char *name);

/* All flags of a command, those of the option table first; returns how many. */
int command_flags(const struct command *command, struct flag *out);

/* A parsed command line. Values are borrowed from argv. */
struct args {
    const struct command *command;
    int count; /* arguments that are not flags */
    const char **arg;
    int given;
    struct given {
        const char *name, *value; /* null when left out; "false" after --no- */
    } * flag;
};

/* 0, or an exit code after saying what is wrong. *help is set when --help was there. */
int args_parse(struct args *a, const struct command *command, int argc, char **argv, bool *help);
void args_free(struct args *a);
/* Value of the last time a flag was given, `fallback` when it was not. */
const char *args_value(const struct args *a, const char *name, const char *fallback);
bool args_has(const struct args *a, const char *name);

/* Says "inhouse COMMAND: sentence" on standard error. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same for a wrong command line, with a pointer to help; returns EXIT_USAGE. */
int usage_error(const struct command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* What an error means as an exit code where it is about a model. */
int exit_for_model(enum ih_status status);

void help_all(void);
void help_command(const struct command *command);
void manual(void);
int completion(const char *shell);

int run_transcribe(const struct args *args);
int run_speak(const struct args *args);
int run_draw(const struct args *args);
int run_chat(const struct args *args);
int run_review(const struct args *args);
int run_council(const struct args *args);
int run_show(const struct args *args);
int run_voices(const struct args *args);
int run_models(const struct args *args);
int run_doctor(const struct args *args);
int run_serve(const struct args *args);
int run_keys(const struct args *args);
int run_deployments(const struct args *args);
int run_usage(const struct args *args);
int serve_flags(struct flag *out, int room);

#endif
