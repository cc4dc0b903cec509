/* SPDX-License-Identifier: Apache-2.0 */
/* image1.json: what the sampler needs to know, checked against the networks. */
#include "models/image1/image1.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static enum ih_status read_sizes(
    struct image1_config *out, const struct config *c, struct ih_error *e)
{
    const struct {
        const char *key;
        int64_t low, high;
        int *out;
    } wanted[] = {
        {"patch", 1, 64, &out->patch},
        {"places", 0, 1024, &out->places},
        {"longest", 2, 4096, &out->longest},
        {"size", 1, 4096, &out->size},
        {"multiple", 1, 1024, &out->multiple},
        {"side_least", 1, 4096, &out->side_least},
        {"side_most", 1, 4096, &out->side_most},
        {"steps", 1, 1000, &out->steps},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        int64_t value = 0;
        enum ih_status status =
            config_int(c, wanted[i].key, wanted[i].low, wanted[i].high, &value, e);
        if (status)
            return status;
        *wanted[i].out = (int)value;
    }
    return IH_OK;
}

/* Comparisons are written so that what is no number fails them. */
static enum ih_status read_numbers(struct image1_config *out, const struct config_value *root,
    const char *path, struct ih_error *e)
{
    out->span = config_number_or(config_find(root, "span"), 0);
    out->shift = config_number_or(config_find(root, "shift"), 0);
    out->guidance = (float)config_number_or(config_find(root, "guidance"), 0);
    out->least_sigma = (float)config_number_or(config_find(root, "least_sigma"), 0);
    if (!(out->span > 0 && out->span < 1e6) || !(out->shift > 0 && out->shift < 1e6) ||
        !(out->guidance >= 1 && out->guidance <= 100) ||
        !(out->least_sigma > 0 && out->least_sigma <= 1))
        return err_set(e, IH_BAD_DATA,
            "%s: span %g, shift %g, guidance %g and least_sigma %g cannot be drawn with", path,
            out->span, out->shift, (double)out->guidance, (double)out->least_sigma);
    const char *says = config_string_or(config_find(root, "prediction"), "");
    if (strcmp(says, "x") != 0)
        return err_set(e, IH_UNSUPPORTED,
            "%s: prediction \"%s\"; expected \"x\", the clean picture", path, says);
    if (out->multiple % out->patch || out->size % out->multiple || out->side_least > out->size ||
        out->size > out->side_most || out->places % 4)
        return err_set(e, IH_BAD_DATA,
            "%s: patch %d, multiple %d, sides %d to %d, size %d and places %d do not go together",
            path, out->patch, out->multiple, out->side_least, out->side_most, out->size,
            out->places);
    return IH_OK;
}

static enum ih_status check_networks(const struct image1 *m, const char *path, struct ih_error *e)
{
    const struct image1_config *c = &m->config;
    const struct flow_config *f = &m->flow.net.config;
    int values = m->autoencoder.latent;
    if (c->patch != AUTOENCODER_CELL)
        return err_set(e, IH_UNSUPPORTED, "%s: tokens of %d pixels; expected %d", path, c->patch,
            (int)AUTOENCODER_CELL);
    if (m->head.latent != m->autoencoder.latent)
        return err_set(e, IH_BAD_DATA,
            "%s: the head draws %d numbers of a token and the autoencoder reads %d", path,
            m->head.latent, m->autoencoder.latent);
    if (f->in != values + c->places || f->out != head_takes(&m->head))
        return err_set(e, IH_BAD_DATA,
            "%s: tokens of %d numbers and %d places; the transformer takes in %d numbers and gives "
            "%d",
            path, values, c->places, f->in, f->out);
    if (f->context != m->text.net.config.dim)
        return err_set(e, IH_BAD_DATA,
            "%s: the text encoder is %d wide and the transformer expects %d", path,
            m->text.net.config.dim, f->context);
    if (f->axes != IMAGE1_AXES || f->guidance)
        return err_set(e, IH_UNSUPPORTED,
            "%s: the transformer has %d axes%s; expected %d and no embedded guidance", path,
            f->axes, f->guidance ? " and embeds guidance" : "", (int)IMAGE1_AXES);
    return IH_OK;
}

enum ih_status image1_read_config(struct image1 *m, const char *folder, struct ih_error *e)
{
    char path[4096];
    struct config *c = NULL;
    snprintf(path, sizeof path, "%s/image1.json", folder);
    enum ih_status status = config_open(&c, path, e);
    if (!status)
        status = read_sizes(&m->config, c, e);
    if (!status)
        status = read_numbers(&m->config, config_root(c), path, e);
    if (!status)
        status = check_networks(m, path, e);
    const char *end = config_string_or(config_find(config_root(c), "end_token"), "");
    m->end = m->bpe ? bpe_id(m->bpe, end) : -1;
    if (!status && m->end < 0)
        status = err_set(e, IH_BAD_DATA, "%s: the tokenizer has no end_token \"%s\"", path, end);
    if (!status && bpe_count(m->bpe) > m->text.net.config.vocab)
        status = err_set(e, IH_BAD_DATA, "%s: %d tokens; the text encoder knows %d", path,
            bpe_count(m->bpe), m->text.net.config.vocab);
    config_close(&c);
    return status;
}
