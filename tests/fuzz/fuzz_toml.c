/* SPDX-License-Identifier: Apache-2.0 */
/* Configurations: whatever is read is whole, whatever is not says why and where. */
#include "server/settings.h"
#include "server/toml.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds)
        abort();
}

static enum ih_status take(
    void *arg, const char *name, const struct toml_value *v, struct ih_error *e)
{
    size_t *size = arg, bytes = 0;
    (void)e;
    demand(*name && strlen(name) < *size);
    for (int i = 0; v->type == TOML_STRINGS && i < v->count; i++)
        bytes += strlen(v->strings[i]);
    if (v->type != TOML_STRINGS)
        bytes = strlen(v->text);
    demand(bytes < *size);
    return IH_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct settings s;
    struct ih_error e = {.text = ""};
    size_t room = size + 1;
    enum ih_status status = toml_read((const char *)data, size, take, &room, &e);
    demand(!status || e.text[0]);
    if (settings_init(&s, &e) != IH_OK)
        return 0;
    enum ih_status set = settings_read(&s, (const char *)data, size, &e);
    demand(!status || set);
    settings_free(&s);
    return 0;
}
