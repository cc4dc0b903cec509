/* SPDX-License-Identifier: Apache-2.0 */
/* The published templates of Qwen3 (Qwen/Qwen3-4B and its 2507 variants), Qwen2.5 and, without
 * tools, Llama 3 and 3.1 (meta-llama).
 *
 * A conversation is written as text with places at which control tokens stand; the text between two
 * of them is encoded in one piece, as tokenizers do it, since words do not end where messages do.
 */
#include "text/chat_template.h"

#include "base/str.h"
#include "text/unicode.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_LIMIT = 256 << 20, MARK_LIMIT = 1 << 20 };

/* A control token in front of text.data[at]. */
struct chat_mark {
    size_t at;
    int32_t id;
};

struct writer {
    const struct bpe *b;
    struct ih_error *e;
    enum ih_status status;
    enum chat_kind kind;
    struct str text;
    struct chat_mark *mark;
    size_t marks, room;
};

/* A stretch of somebody's text. */
struct span {
    const char *s;
    size_t n;
};

static const char qwen2_system[] =
    "You are Qwen, created by Alibaba Cloud. You are a helpful assistant.";

/* Others write their messages in the same way, but not their calls and what stands in front. */
static enum chat_kind qwen_kind(const char *jinja)
{
    if (strstr(jinja, "<function="))
        return CHAT_NONE;
    if (strstr(jinja, "enable_thinking"))
        return CHAT_QWEN3;
    if (!strstr(jinja, "<tool_response>"))
        return CHAT_NONE;
    if (strstr(jinja, "reasoning_content"))
        return strstr(jinja, "assistant\\n<think>\\n'") ? CHAT_QWEN3_THINK : CHAT_NONE;
    if (strstr(jinja, qwen2_system))
        return CHAT_QWEN2;
    return strstr(jinja, "You are") || strstr(jinja, "<think>") ? CHAT_NONE : CHAT_QWEN3_ANSWER;
}

bool chat_thinks(enum chat_kind kind)
{
    return kind == CHAT_QWEN3 || kind == CHAT_QWEN3_THINK;
}

static bool is_qwen(enum chat_kind kind)
{
    return kind == CHAT_QWEN2 || kind == CHAT_QWEN3_ANSWER || chat_thinks(kind);
}

enum chat_kind chat_kind_of(const char *jinja)
{
    if (!jinja)
        return CHAT_NONE;
    if (strstr(jinja, "<|im_start|>"))
        return qwen_kind(jinja);
    if (!strstr(jinja, "<|start_header_id|>"))
        return CHAT_NONE;
    return strstr(jinja, "Cutting Knowledge Date") ? CHAT_LLAMA31 : CHAT_LLAMA3;
}

static void put(struct writer *w, const char *text)
{
    str_add_text(&w->text, text);
}

static void put_span(struct writer *w, struct span s)
{
    str_add(&w->text, s.s, s.n);
}

static void put_mark(struct writer *w, const char *token)
{
    int32_t id = bpe_id(w->b, token);
    if (w->status)
        return;
    if (id < 0) {
        w->status = err_set(w->e, IH_UNSUPPORTED,
            "the chat template writes %s, which the tokenizer does not have", token);
        return;
    }
    if (w->marks == w->room) {
        size_t room = w->room ? 2 * w->room : 64;
        struct chat_mark *mark = room <= MARK_LIMIT ? realloc(w->mark, room * sizeof *mark) : NULL;
        if (!mark) {
            w->status = err_memory(w->e, "a conversation");
            return;
        }
        w->mark = mark;
        w->room = room;
    }
    w->mark[w->marks++] = (struct chat_mark){w->text.size, id};
}

static struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

static bool begins(struct span s, const char *with)
{
    size_t n = strlen(with);
    return s.n >= n && memcmp(s.s, with, n) == 0;
}

static bool ends(struct span s, const char *with)
{
    size_t n = strlen(with);
    return s.n >= n && memcmp(s.s + s.n - n, with, n) == 0;
}

static struct span strip_lines(struct span s, bool left, bool right)
{
    for (; left && s.n && *s.s == '\n'; s.n--)
        s.s++;
    while (right && s.n && s.s[s.n - 1] == '\n')
        s.n--;
    return s;
}

/* White space as Python's str.strip() has it: Unicode's and the four separators. */
static bool is_space(uint32_t c)
{
    return unicode_class(c) == UNICODE_SPACE || (c >= 0x1c && c <= 0x1f);
}

static struct span strip(struct span s)
{
    struct span kept = {s.s, 0};
    bool begun = false;
    for (size_t at = 0; at < s.n;) {
        uint32_t c;
        size_t n = utf8_read(s.s + at, s.n - at, &c);
        bool space = c != UTF8_INVALID && is_space(c);
        if (!space && !begun)
            kept.s = s.s + at;
        begun |= !space;
        at += n;
        if (!space)
            kept.n = (size_t)(s.s + at - kept.s);
    }
    return kept;
}

/* The last place of a word in s, or null. */
static const char *find_last(struct span s, const char *word)
{
    const char *found = NULL, *at = s.s;
    size_t n = strlen(word);
    while ((at = memmem(at, s.n - (size_t)(at - s.s), word, n)) != NULL)
        found = at++;
    return found;
}

/* Parts an assistant's message at its thoughts. */
static void part(const struct chat_message *m, struct span *reasoning, struct span *content)
{
    static const char open[] = "<think>", close[] = "</think>";
    *content = span_of(m->text);
    *reasoning = (struct span){"", 0};
    if (m->reasoning) {
        *reasoning = span_of(m->reasoning);
        return;
    }
    const char *first = strstr(m->text, close);
    if (!first)
        return;
    struct span before =
        strip_lines((struct span){m->text, (size_t)(first - m->text)}, false, true);
    const char *opened = find_last(before, open);
    if (opened) {
        before.n -= (size_t)(opened + sizeof open - 1 - before.s);
        before.s = opened + sizeof open - 1;
    }
    *reasoning = strip_lines(before, true, false);
    const char *last = find_last(*content, close) + sizeof close - 1;
    *content =
        strip_lines((struct span){last, content->n - (size_t)(last - content->s)}, true, false);
}

static bool is_role(const struct chat_message *m, const char *role)
{
    return strcmp(m->role, role) == 0;
}

/* The last message of the user's own; thoughts before it are left out. */
static int last_query(const struct chat_message *m, int count)
{
    for (int i = count - 1; i >= 0; i--) {
        struct span s = span_of(m[i].text);
        if (is_role(&m[i], "user") &&
            !(begins(s, "<tool_response>") && ends(s, "</tool_response>")))
            return i;
    }
    return count - 1;
}

static void qwen3_begin(struct writer *w, const char *role)
{
    put_mark(w, "<|im_start|>");
    put(w, role);
    put(w, "\n");
}

static void qwen3_end(struct writer *w)
{
    put_mark(w, "<|im_end|>");
    put(w, "\n");
}

static void qwen3_thoughts(struct writer *w, struct span reasoning)
{
    put_mark(w, "<think>");
    put(w, "\n");
    put_span(w, reasoning);
    put(w, "\n");
    put_mark(w, "</think>");
    put(w, "\n\n");
}

static void qwen3_call(struct writer *w, const struct chat_call *call)
{
    put_mark(w, "<tool_call>");
    put(w, "\n{\"name\": \"");
    put(w, call->name);
    put(w, "\", \"arguments\": ");
    put(w, call->arguments);
    put(w, "}\n");
    put_mark(w, "</tool_call>");
}

/* What tells the model of the functions it may call, behind the system's own message if there is
 * one. */
static void qwen3_tools(
    struct writer *w, const struct chat_message *system, const struct chat_options *o)
{
    const char *before = system ? system->text : w->kind == CHAT_QWEN2 ? qwen2_system : NULL;
    qwen3_begin(w, "system");
    if (before) {
        put(w, before);
        put(w, "\n\n");
    }
    put(w, "# Tools\n\nYou may call one or more functions to assist with the user query.\n\n"
           "You are provided with function signatures within <tools></tools> XML tags:\n<tools>");
    for (int i = 0; i < o->tools; i++) {
        put(w, "\n");
        put(w, o->tool[i]);
    }
    put(w, "\n</tools>\n\nFor each function call, return a json object with function name and "
           "arguments within ");
    put_mark(w, "<tool_call>");
    put_mark(w, "</tool_call>");
    put(w, " XML tags:\n");
    put_mark(w, "<tool_call>");
    put(w, "\n{\"name\": <function-name>, \"arguments\": <args-json-object>}\n");
    put_mark(w, "</tool_call>");
    qwen3_end(w);
}

/* Which of Qwen2.5's tags are tokens depends on its edition: those that are none are text. */
static void qwen_tag(struct writer *w, const char *tag)
{
    if (bpe_id(w->b, tag) >= 0)
        put_mark(w, tag);
    else
        put(w, tag);
}

static void qwen3_assistant(struct writer *w, const struct chat_message *m, bool after, bool last)
{
    struct span reasoning = {"", 0}, content = span_of(m->text);
    if (chat_thinks(w->kind))
        part(m, &reasoning, &content);
    else
        after = false;
    qwen3_begin(w, "assistant");
    if (after && (last || reasoning.n)) {
        qwen3_thoughts(w, strip_lines(reasoning, true, true));
        content = strip_lines(content, true, false);
    }
    put_span(w, content);
    for (int i = 0; i < m->calls; i++) {
        if (i > 0 || content.n)
            put(w, "\n");
        qwen3_call(w, &m->call[i]);
    }
    qwen3_end(w);
}

/* Neighbouring results of tools stand in one message. */
static void qwen3_tool(struct writer *w, const struct chat_message *m, bool first, bool last)
{
    if (first) {
        put_mark(w, "<|im_start|>");
        put(w, "user");
    }
    put(w, "\n");
    qwen_tag(w, "<tool_response>");
    put(w, "\n");
    put(w, m->text);
    put(w, "\n");
    qwen_tag(w, "</tool_response>");
    if (last)
        qwen3_end(w);
}

static void write_qwen3(
    struct writer *w, const struct chat_message *m, int count, const struct chat_options *o)
{
    int query = last_query(m, count), first = 0;
    if (o->tools) {
        first = count && is_role(m, "system");
        qwen3_tools(w, first ? m : NULL, o);
    } else if (w->kind == CHAT_QWEN2 && !(count && is_role(m, "system"))) {
        qwen3_begin(w, "system");
        put(w, qwen2_system);
        qwen3_end(w);
    }
    for (int i = first; i < count; i++) {
        if (is_role(&m[i], "assistant")) {
            qwen3_assistant(w, &m[i], i > query, i + 1 == count);
        } else if (is_role(&m[i], "tool")) {
            bool begin = i == 0 || !is_role(&m[i - 1], "tool");
            qwen3_tool(w, &m[i], begin, i + 1 == count || !is_role(&m[i + 1], "tool"));
        } else {
            qwen3_begin(w, m[i].role);
            put(w, m[i].text);
            qwen3_end(w);
        }
    }
    if (!o->answer)
        return;
    qwen3_begin(w, "assistant");
    if (chat_thinks(w->kind) && !o->thinking) {
        qwen3_thoughts(w, (struct span){"", 0});
    } else if (w->kind == CHAT_QWEN3_THINK) {
        put_mark(w, "<think>");
        put(w, "\n");
    }
}

static void llama3_begin(struct writer *w, const char *role)
{
    put_mark(w, "<|start_header_id|>");
    put(w, role);
    put_mark(w, "<|end_header_id|>");
    put(w, "\n\n");
}

static void write_llama3(struct writer *w, const struct chat_message *m, int count,
    const struct chat_options *o, bool dated)
{
    put_mark(w, "<|begin_of_text|>");
    if (dated) {
        llama3_begin(w, "system");
        put(w, "Cutting Knowledge Date: December 2023\nToday Date: ");
        put(w, o->date ? o->date : "26 Jul 2024");
        put(w, "\n\n");
        if (count && is_role(m, "system")) {
            put_span(w, strip(span_of(m->text)));
            m++;
            count--;
        }
        put_mark(w, "<|eot_id|>");
    }
    for (int i = 0; i < count; i++) {
        llama3_begin(w, m[i].role);
        put_span(w, strip(span_of(m[i].text)));
        put_mark(w, "<|eot_id|>");
    }
    if (o->answer)
        llama3_begin(w, "assistant");
}

static enum ih_status no_tools(struct ih_error *e)
{
    return err_set(e, IH_UNSUPPORTED, "the model's chat template is known without tools only");
}

static enum ih_status check_roles(
    const struct chat_message *m, int count, enum chat_kind kind, struct ih_error *e)
{
    for (int i = 0; i < count; i++) {
        bool tool = is_role(&m[i], "tool") && is_qwen(kind);
        if (m[i].calls && !is_qwen(kind))
            return no_tools(e);
        if (!tool && !is_role(&m[i], "system") && !is_role(&m[i], "user") &&
            !is_role(&m[i], "assistant"))
            return err_set(e, IH_UNSUPPORTED,
                "message %d has the role \"%.40s\", which the model's chat template does not know",
                i + 1, m[i].role);
    }
    return IH_OK;
}

/* Encodes the text between the marks; returns how many tokens there are in all. */
static size_t encode(const struct writer *w, int32_t *id, size_t capacity)
{
    size_t n = 0, done = 0;
    const char *text = str_text(&w->text);
    for (size_t i = 0; i <= w->marks; i++) {
        size_t end = i < w->marks ? w->mark[i].at : w->text.size;
        size_t room = n < capacity ? capacity - n : 0;
        n += bpe_encode(w->b, text + done, end - done, room ? id + n : NULL, room);
        done = end;
        if (i == w->marks)
            break;
        if (n < capacity)
            id[n] = w->mark[i].id;
        n++;
    }
    return n;
}

/* A token is at least a byte, but NFC may lengthen a text. */
static enum ih_status encode_all(
    const struct writer *w, struct arena *a, int32_t **id, size_t *count, struct ih_error *e)
{
    size_t room = w->text.size + w->marks + 1;
    for (int tries = 0; tries < 2; tries++) {
        struct arena_mark mark = arena_mark(a);
        *id = arena_alloc(a, room * sizeof **id);
        if (!*id)
            return err_memory(e, "a conversation");
        *count = encode(w, *id, room);
        if (*count <= room)
            return IH_OK;
        arena_rewind(a, mark);
        room = *count;
    }
    return err_memory(e, "a conversation");
}

enum ih_status chat_render(const struct bpe *b, enum chat_kind kind,
    const struct chat_message *message, int messages, const struct chat_options *o, struct arena *a,
    int32_t **id, size_t *count, struct ih_error *e)
{
    if (kind == CHAT_NONE)
        return err_set(e, IH_UNSUPPORTED, "the model brings no chat template that is known");
    struct writer w = {
        .b = b, .e = e, .kind = kind, .status = check_roles(message, messages, kind, e)};
    if (!w.status && o->tools && !is_qwen(kind))
        w.status = no_tools(e);
    if (w.status)
        return w.status;
    str_init(&w.text, TEXT_LIMIT);
    if (is_qwen(kind))
        write_qwen3(&w, message, messages, o);
    else
        write_llama3(&w, message, messages, o, kind == CHAT_LLAMA31);
    if (!w.status && w.text.failed)
        w.status = err_memory(e, "a conversation");
    if (!w.status)
        w.status = encode_all(&w, a, id, count, e);
    str_free(&w.text);
    free(w.mark);
    return w.status;
}
