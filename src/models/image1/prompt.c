/* SPDX-License-Identifier: Apache-2.0 */
/* A prompt as the network was taught to read it. */
#include "models/image1/image1.h"

#include "base/str.h"
#include "text/unicode.h"

#include <string.h>

enum { PROMPT_MAX = 1 << 20 };

/* As Python's str.split() has it. */
static bool is_space(uint32_t c)
{
    return unicode_class(c) == UNICODE_SPACE || (c >= 0x1c && c <= 0x1f);
}

/* Every run of white space becomes one space, and one stands in front. */
static void tidy(struct str *to, const char *text)
{
    size_t n = strlen(text);
    bool between = true;
    for (size_t i = 0; i < n;) {
        uint32_t c;
        size_t bytes = utf8_read(text + i, n - i, &c);
        if (is_space(c)) {
            between = true;
        } else {
            if (between)
                str_add_byte(to, ' ');
            str_add(to, text + i, bytes);
            between = false;
        }
        i += bytes;
    }
}

int image1_tokens(const struct image1 *m, const char *prompt, int32_t *id, bool *cut)
{
    struct str s;
    str_init(&s, PROMPT_MAX);
    tidy(&s, prompt ? prompt : "");
    size_t room = (size_t)m->config.longest - 1;
    size_t n = s.failed ? 0 : bpe_encode(m->bpe, str_text(&s), s.size, id, room);
    bool failed = s.failed;
    str_free(&s);
    if (cut && n > room)
        *cut = true;
    n = n > room ? room : n;
    id[n] = m->end;
    return failed ? 0 : (int)n + 1;
}

enum ih_status image1_read(struct image1 *m, struct device *d, struct arena *a, const char *prompt,
    bool *cut, const volatile int *cancel, struct tensor *out, struct ih_error *e)
{
    const struct decoder *text = &m->text.net;
    int32_t *id = arena_alloc(a, (size_t)m->config.longest * sizeof *id);
    int n = id ? image1_tokens(m, prompt, id, cut) : 0;
    if (!n)
        return err_memory(e, "a prompt");
    *out = tensor_2d(arena_alloc(a, (size_t)n * (size_t)text->config.dim * sizeof(float)), DT_F32,
        n, text->config.dim);
    if (!out->data)
        return err_memory(e, "a prompt");
    const struct decoder_features f = {
        .token = id, .count = n, .padded = n, .after = &m->text.depth, .taps = 1};
    return decoder_read(d, a, text, &f, *out, cancel, e);
}
