/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

#include "inhouse/options.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void complain(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("inhouse: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
}

int usage_error(const struct command *command, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("inhouse: ", stderr);
    vfprintf(stderr, format, args);
    va_end(args);
    if (command)
        fprintf(stderr, "\n'inhouse help %s' shows what it takes\n", command->name);
    else
        fputs("\n'inhouse help' shows what there is\n", stderr);
    return EXIT_USAGE;
}

int exit_for_model(enum ih_status status)
{
    switch (status) {
    case IH_OK:
        return EXIT_DONE;
    case IH_INVALID:
        return EXIT_USAGE;
    case IH_NETWORK:
        return EXIT_NETWORK;
    case IH_NO_MEMORY:
    case IH_INTERNAL:
        return EXIT_INTERNAL;
    case IH_CANCELLED:
        return 128 + 2;
    default:
        return EXIT_MODEL;
    }
}

/* What its value is called says what completes it. */
static enum flag_kind kind_of(const struct ih_option *o)
{
    const char *value = o->value ? o->value : "";
    if (strcmp(o->name, "model") == 0 || strcmp(value, "MODEL") == 0)
        return FLAG_MODEL;
    if (strcmp(value, "VOICE") == 0)
        return FLAG_VOICE;
    if (strcmp(value, "DIR") == 0)
        return FLAG_FOLDER;
    return strncmp(value, "FILE", 4) == 0 ? FLAG_FILE : FLAG_TEXT;
}

static void flag_from_option(
    struct flag *f, const struct ih_option *o, const struct ih_request *defaults)
{
    char text[sizeof f->fallback] = "";
    *f = (struct flag){
        .letter = o->letter,
        .value = o->value,
        .optional = o->missing != NULL,
        .negatable = o->type == IH_OPTION_BOOL,
        .kind = kind_of(o),
        .choices = o->choices,
        .help = o->help,
        .key = o->name,
    };
    snprintf(f->name, sizeof f->name, "%s", o->name);
    for (char *p = f->name; *p; p++)
        *p = *p == '_' ? '-' : *p;
    ih_option_text(o, defaults, text, sizeof text);
    if (strcmp(text, "false") != 0)
        memcpy(f->fallback, text, sizeof text);
}

int command_flags(const struct command *command, struct flag *out)
{
    int n = 0, options = 0;
    if (command->request) {
        struct ih_request defaults;
        const struct ih_option *o = ih_options(&options);
        ih_request_defaults(&defaults, command->request);
        for (int i = 0; i < options && n < FLAGS_MAX - 1; i++)
            if ((o[i].tasks & command->request) && (o[i].surfaces & IH_ON_COMMAND_LINE))
                flag_from_option(&out[n++], &o[i], &defaults);
    }
    for (int i = 0; i < command->flag_count && n < FLAGS_MAX - 1; i++) {
        out[n] = command->flags[i];
        out[n++].key = command->flags[i].name;
    }
    if (command->more_flags)
        n += command->more_flags(out + n, FLAGS_MAX - 1 - n);
    out[n++] = (struct flag){.name = "help", .letter = 'h', .help = "show this and leave"};
    return n;
}

struct parser {
    struct args *args;
    struct flag flag[FLAGS_MAX];
    int flags;
    bool *help;
};

static const struct flag *find_flag(const struct parser *p, const char *name, size_t length)
{
    for (int i = 0; i < p->flags; i++)
        if (strlen(p->flag[i].name) == length && strncmp(p->flag[i].name, name, length) == 0)
            return &p->flag[i];
    return NULL;
}

static int unknown_flag(const struct parser *p, const char *name, size_t length)
{
    const char *names[FLAGS_MAX + 1];
    char word[64];
    snprintf(word, sizeof word, "%.*s", (int)length, name);
    for (int i = 0; i < p->flags; i++)
        names[i] = p->flag[i].name;
    names[p->flags] = NULL;
    const char *close = ih_closest(word, names);
    if (close)
        return usage_error(
            p->args->command, "there is no option --%s; did you mean --%s?", word, close);
    return usage_error(p->args->command, "there is no option --%s", word);
}

/* Room is made for every argument beforehand: one argument gives at most as many flags as it has
 * letters. The flag's name must outlive the parser, so it is the one in the tables. */
static void record(struct parser *p, const struct flag *f, const char *value)
{
    if (strcmp(f->name, "help") == 0) {
        *p->help = true;
        return;
    }
    p->args->flag[p->args->given++] = (struct given){f->key, value};
}

/* --name, --name=value, --name value, --no-name. Returns how many arguments were taken, or a
 * negative exit code. */
static int long_flag(struct parser *p, char **argv)
{
    const char *name = argv[0] + 2, *equals = strchr(name, '=');
    size_t length = equals ? (size_t)(equals - name) : strlen(name);
    const struct flag *f = find_flag(p, name, length);
    if (!f && length > 3 && strncmp(name, "no-", 3) == 0 && !equals) {
        f = find_flag(p, name + 3, length - 3);
        if (f && f->negatable) {
            record(p, f, "false");
            return 1;
        }
        f = NULL;
    }
    if (!f)
        return -unknown_flag(p, name, length);
    if (equals && !f->value && !f->negatable)
        return -usage_error(p->args->command, "--%s takes no value", f->name);
    if (equals || !f->value || f->optional) {
        record(p, f, equals ? equals + 1 : NULL);
        return 1;
    }
    if (!argv[1])
        return -usage_error(p->args->command, "--%s needs a value (%s)", f->name, f->value);
    record(p, f, argv[1]);
    return 2;
}

/* -q, -qw, -b5, -b 5, -b=5 */
static int short_flags(struct parser *p, char **argv)
{
    for (const char *c = argv[0] + 1; *c; c++) {
        const struct flag *f = NULL;
        for (int i = 0; i < p->flags && !f; i++)
            if (p->flag[i].letter == *c)
                f = &p->flag[i];
        if (!f)
            return -usage_error(p->args->command, "there is no option -%c", *c);
        if (!f->value) {
            record(p, f, NULL);
            continue;
        }
        const char *value = c[1] ? c + 1 + (c[1] == '=') : argv[1];
        if (!value)
            return -usage_error(p->args->command, "-%c needs a value (%s)", *c, f->value);
        record(p, f, value);
        return c[1] ? 1 : 2;
    }
    return 1;
}

int args_parse(struct args *a, const struct command *command, int argc, char **argv, bool *help)
{
    size_t room = 1;
    for (int i = 0; i < argc; i++)
        room += strlen(argv[i]) + 1;
    *a = (struct args){.command = command};
    *help = false;
    a->arg = calloc((size_t)argc + 1, sizeof *a->arg);
    a->flag = calloc(room, sizeof *a->flag);
    struct parser *p = calloc(1, sizeof *p);
    int code = 0;
    if (!a->arg || !a->flag || !p) {
        complain("not enough memory");
        code = EXIT_INTERNAL;
        goto end;
    }
    p->args = a;
    p->help = help;
    p->flags = command_flags(command, p->flag);
    bool flags_end = false;
    for (int i = 0; i < argc && code == 0;) {
        if (flags_end || argv[i][0] != '-' || argv[i][1] == 0) {
            a->arg[a->count++] = argv[i++];
        } else if (strcmp(argv[i], "--") == 0) {
            flags_end = true;
            i++;
        } else {
            int taken = argv[i][1] == '-' ? long_flag(p, argv + i) : short_flags(p, argv + i);
            code = taken < 0 ? -taken : 0;
            i += taken > 0 ? taken : 0;
        }
    }
end:
    free(p);
    return code;
}

void args_free(struct args *a)
{
    free(a->arg);
    free(a->flag);
    *a = (struct args){0};
}

const char *args_value(const struct args *a, const char *name, const char *fallback)
{
    for (int i = a->given; i-- > 0;)
        if (strcmp(a->flag[i].name, name) == 0)
            return a->flag[i].value;
    return fallback;
}

bool args_has(const struct args *a, const char *name)
{
    for (int i = 0; i < a->given; i++)
        if (strcmp(a->flag[i].name, name) == 0)
            return !a->flag[i].value || strcmp(a->flag[i].value, "false") != 0;
    return false;
}
