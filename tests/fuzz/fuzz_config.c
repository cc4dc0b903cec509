/* SPDX-License-Identifier: Apache-2.0 */
/* JSON documents: parses, then walks everything through every reader. */
#include "weights/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct walk {
    double sum;
    int64_t values;
};

static void visit(void *arg, const char *key, const struct config_value *v)
{
    struct walk *w = arg;
    w->values++;
    w->sum += config_number_or(v, 0) + (double)config_int_or(v, 1) + config_bool_or(v, false);
    w->sum += config_string_or(v, key)[0];
    config_find(v, "a.b");
    config_find(v, key);
    int64_t n = config_length(v);
    for (int64_t i = -1; i <= n; i++)
        if (config_item(v, i))
            visit(w, "", config_item(v, i));
    config_each(v, visit, w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config *c;
    struct ih_error e;
    if (config_parse(&c, (const char *)data, size, "input", &e))
        return 0;
    struct walk w = {0, 0};
    visit(&w, "", config_root(c));
    int64_t out;
    config_int(c, "vocab_size", 1, 1 << 20, &out, &e);
    config_int(c, "a.b", -1, 1, &out, &e);
    config_close(&c);
    return 0;
}
