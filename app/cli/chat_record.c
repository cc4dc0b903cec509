/* SPDX-License-Identifier: Apache-2.0 */
/* Conversations as files: {"messages": [{"role": ..., "content": ...}]}, as others write them too.
 */
#include "cli/chat.h"

#include "cli/json.h"

#include <stdlib.h>
#include <string.h>

static json_t *message(const char *role, const char *text, const char *reasoning)
{
    json_t *m = json_object();
    json_object_set_new(m, "role", json_string(role));
    json_object_set_new(m, "content", json_name(text));
    if (reasoning)
        json_object_set_new(m, "reasoning", json_name(reasoning));
    return m;
}

void chat_add(struct chat_work *w, const char *role, const char *text, const char *reasoning)
{
    json_array_append_new(w->messages, message(role, text, reasoning));
}

static const char *part(const json_t *m, const char *key)
{
    return json_string_value(json_object_get(m, key));
}

void chat_instruct(struct chat_work *w, const char *text)
{
    const char *first = part(json_array_get(w->messages, 0), "role");
    if (first && strcmp(first, "system") == 0)
        json_array_remove(w->messages, 0);
    if (*text)
        json_array_insert_new(w->messages, 0, message("system", text, NULL));
}

/* What is wrong with a message of a file, or null. */
static const char *fault(const json_t *m)
{
    static const char *const roles[] = {"system", "user", "assistant", "tool"};
    const char *role = part(m, "role");
    if (!part(m, "content"))
        return "it has no \"content\" that is text";
    for (size_t i = 0; role && i < sizeof roles / sizeof *roles; i++)
        if (strcmp(role, roles[i]) == 0)
            return NULL;
    return "its \"role\" is none of system, user, assistant and tool";
}

int chat_load(struct chat_work *w, const char *path)
{
    json_error_t e;
    json_t *file = json_load_file(path, JSON_REJECT_DUPLICATES, &e);
    const json_t *list = json_is_array(file) ? file : json_object_get(file, "messages");
    const char *wrong = NULL;
    size_t i, n = json_array_size(list);
    for (i = 0; i < n && !wrong; i++)
        wrong = fault(json_array_get(list, i));
    if (!file)
        complain("%s: %s", path, e.text);
    else if (!json_is_array(list))
        complain("%s is no conversation: it has no list \"messages\"", path);
    else if (wrong)
        complain("%s: message %zu: %s", path, i, wrong);
    else {
        json_array_clear(w->messages);
        for (i = 0; i < n; i++) {
            const json_t *m = json_array_get(list, i);
            chat_add(w, part(m, "role"), part(m, "content"), part(m, "reasoning"));
        }
    }
    bool good = json_is_array(list) && !wrong;
    json_decref(file);
    return good ? EXIT_DONE : EXIT_INPUT;
}

int chat_save(const struct chat_work *w, const char *path)
{
    struct output out;
    struct ih_error e;
    json_t *file = json_object();
    json_object_set_new(file, "model", json_name(w->author->name));
    json_object_set(file, "messages", w->messages);
    enum ih_status status = output_file(&out, path, &e);
    if (!status) {
        char *text = json_dumps(file, JSON_INDENT(1));
        if (!text || output_write(&out, text, strlen(text)) || output_write(&out, "\n", 1))
            status = IH_IO;
        free(text);
        if (status) {
            output_exit(&out);
            output_discard(&out);
        } else if ((status = output_commit(&out, &e)) != IH_OK) {
            complain("%s", e.text);
        }
    } else {
        complain("%s", e.text);
    }
    json_decref(file);
    return status ? EXIT_OUTPUT : EXIT_DONE;
}
