/* SPDX-License-Identifier: Apache-2.0 */
/* A conversation at a terminal. */
#include "cli/chat.h"
#include "cli/signals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] = "/new          begin anew\n"
                           "/again        answer the last question once more\n"
                           "/system TEXT  tell the assistant how to be\n"
                           "/save FILE    keep the conversation\n"
                           "/load FILE    go on with another\n"
                           "/quit         leave (as Ctrl-D)\n"
                           "A line that ends with \\ goes on. Ctrl-C stops an answer.\n";

/* A message of one or several lines; false at the end. */
static bool read_lines(struct chat_work *w, char **text, size_t *room)
{
    char *line = NULL;
    size_t size = 0, n = 0;
    ssize_t got;
    bool more = true;
    while (more) {
        fprintf(stderr, "%s%s%s", style(&w->err, STYLE_CYAN), n ? "  " : "> ", style_end(&w->err));
        got = getline(&line, &size, stdin);
        if (got <= 0)
            break;
        while (got > 0 && (line[got - 1] == '\n' || line[got - 1] == '\r'))
            got--;
        more = got > 0 && line[got - 1] == '\\';
        got -= more;
        if (n + (size_t)got + 2 > *room) {
            char *larger = realloc(*text, 2 * (n + (size_t)got) + 256);
            if (!larger)
                break;
            *text = larger;
            *room = 2 * (n + (size_t)got) + 256;
        }
        memcpy(*text + n, line, (size_t)got);
        n += (size_t)got;
        if (more)
            (*text)[n++] = '\n';
        (*text)[n] = '\0';
    }
    free(line);
    return !more;
}

/* The rest of a line behind a command, or null when it is another command. */
static const char *behind(const char *line, const char *command)
{
    size_t n = strlen(command);
    if (strncmp(line, command, n) != 0 || (line[n] && line[n] != ' '))
        return NULL;
    return line + n + strspn(line + n, " ");
}

static void drop_last(struct chat_work *w)
{
    size_t n = json_array_size(w->messages);
    const char *role =
        json_string_value(json_object_get(json_array_get(w->messages, n - 1), "role"));
    if (n && role && strcmp(role, "assistant") == 0)
        json_array_remove(w->messages, n - 1);
}

static void forget(struct chat_work *w)
{
    size_t keep = 0;
    const char *role = json_string_value(json_object_get(json_array_get(w->messages, 0), "role"));
    if (role && strcmp(role, "system") == 0)
        keep = 1;
    while (json_array_size(w->messages) > keep)
        json_array_remove(w->messages, json_array_size(w->messages) - 1);
}

static int question(const struct chat_work *w)
{
    return (int)json_array_size(w->messages) > 0;
}

/* Whether the line was a command. *answer: the last message is to be answered. */
static bool command(struct chat_work *w, const char *line, bool *answer)
{
    const char *rest;
    if (*line != '/')
        return false;
    if (behind(line, "/new")) {
        forget(w);
    } else if (behind(line, "/again")) {
        drop_last(w);
        *answer = question(w);
    } else if ((rest = behind(line, "/system")) != NULL) {
        chat_instruct(w, rest);
    } else if ((rest = behind(line, "/save")) != NULL && *rest) {
        chat_save(w, rest);
    } else if ((rest = behind(line, "/load")) != NULL && *rest) {
        chat_load(w, rest);
    } else {
        fputs(help, stderr);
    }
    return true;
}

static void greet(const struct chat_work *w)
{
    int context = roster_context(w->roster, w->author);
    const char *host = roster_host(w->roster, w->author);
    fprintf(
        stderr, "%s%s%s%s", style(&w->err, STYLE_DIM), w->author->name, *host ? " at " : "", host);
    if (context)
        fprintf(stderr, ", %d tokens", context);
    fprintf(stderr, ". /help says what can be done.%s\n", style_end(&w->err));
}

int chat_talk(struct chat_work *w)
{
    char *text = NULL;
    size_t room = 0;
    int code = EXIT_DONE;
    greet(w);
    while (!code && read_lines(w, &text, &room) && !behind(text, "/quit")) {
        bool answer = false;
        if (!text[strspn(text, " \t\n")])
            continue;
        if (!command(w, text, &answer)) {
            chat_add(w, "user", text, NULL);
            answer = true;
        }
        if (!answer)
            continue;
        code = chat_answer(w);
        /* A stopped answer is no reason to leave, nor is a conversation that became too long, nor
         * a remote model that is not there at the moment. */
        if (code == EXIT_USAGE || code == EXIT_NETWORK || signals_caught() > 0)
            code = EXIT_DONE;
        w->job.job.cancel = 0;
        signals_forget();
    }
    fputs("\n", stderr);
    free(text);
    return code;
}
