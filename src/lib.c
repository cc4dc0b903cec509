/* SPDX-License-Identifier: Apache-2.0 */
/* The public API: arguments are checked here, the work is done by tasks. */
#include "base/cpu.h"
#include "base/err.h"
#include "inhouse/inhouse.h"
#include "models/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ih_engine {
    struct device *device;
    char description[160];
};

const char *ih_version(void)
{
    return INHOUSE_VERSION;
}

enum ih_status ih_engine_open(
    struct ih_engine **out, const struct ih_engine_options *options, struct ih_error *e)
{
    *out = NULL;
    struct device_options d = {.cpu_mask = (unsigned)CPU_ALL};
    if (options) {
        d.threads = options->threads;
        if (options->threads < 0)
            return err_set(e, IH_INVALID, "threads must not be negative, not %d", options->threads);
        if (options->tier && cpu_mask(options->tier, &d.cpu_mask) != 0)
            return err_set(e, IH_INVALID,
                "\"%s\" is not a processor tier: expected c, avx2, avx512, avx512-bf16, amx, neon "
                "or all",
                options->tier);
    }
    struct ih_engine *engine = calloc(1, sizeof *engine);
    if (!engine)
        return err_memory(e, "the engine");
    enum ih_status status = device_open_cpu(&engine->device, &d, e);
    if (status) {
        free(engine);
        return status;
    }
    char tiers[96];
    int threads = device_threads(engine->device);
    cpu_describe(device_flags(engine->device), tiers, sizeof tiers);
    snprintf(engine->description, sizeof engine->description, "cpu, %d thread%s, %s", threads,
        threads == 1 ? "" : "s", tiers[0] ? tiers : "plain C");
    *out = engine;
    return IH_OK;
}

void ih_engine_close(struct ih_engine **engine)
{
    if (!*engine)
        return;
    device_close(&(*engine)->device);
    free(*engine);
    *engine = NULL;
}

const char *ih_engine_describe(const struct ih_engine *engine)
{
    return engine->description;
}

/* The public handle is the model itself under an opaque name. */
static struct model *inside(const struct ih_model *m)
{
    return (struct model *)(uintptr_t)m;
}

enum ih_status ih_model_open(struct ih_model **out, struct ih_engine *engine, const char *path,
    const struct ih_model_options *options, struct ih_error *e)
{
    *out = NULL;
    if (!engine || !path || !*path)
        return err_set(e, IH_INVALID, "a model needs an engine and a path");
    struct model_open o = {.path = path, .compute = options ? options->compute : IH_COMPUTE_AUTO};
    struct model *m = NULL;
    enum ih_status status = device_fork_account(&o.device, engine->device, e);
    if (!status)
        status = model_open(&m, &o, e);
    if (status)
        device_close(&o.device);
    else
        m->device = o.device; /* also where the family has no use for it */
    *out = (struct ih_model *)m;
    return status;
}

void ih_model_close(struct ih_model **model)
{
    struct model *m = inside(*model);
    struct device *d = m ? m->device : NULL;
    model_close(&m);
    device_close(&d);
    *model = NULL;
}

const char *ih_model_name(const struct ih_model *model)
{
    return inside(model)->name;
}

const char *ih_model_family(const struct ih_model *model)
{
    return inside(model)->family->name;
}

size_t ih_model_bytes(const struct ih_model *model)
{
    return inside(model)->bytes;
}

struct ih_model_memory ih_model_memory(const struct ih_model *model)
{
    const struct account *a = device_account(inside(model)->device);
    return (struct ih_model_memory){atomic_load(&a->now), atomic_load(&a->most)};
}
