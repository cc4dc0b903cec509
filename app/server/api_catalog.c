/* SPDX-License-Identifier: Apache-2.0 */
/* Models that could be here, and their way here: /v1/catalog, /v1/models/{model}/pull. */
#include "server/operations.h"
#include "server/pulls.h"

static bool check(const struct host *host, const struct form *form, struct problem *p)
{
    if (!host->pulls)
        return problem_set(p, 404, "no_catalog", NULL, "this server has no catalog of models");
    if (form->fields)
        return problem_set(p, 400, "unknown_parameter", form->field[0].name,
            "there is no option '%.40s'", form->field[0].name);
    return true;
}

bool catalog_now(const struct host *host, const char *path, const struct form *form,
    struct answer *a, struct problem *p)
{
    struct ih_error e = {0};
    (void)path;
    if (!check(host, form, p))
        return false;
    json_t *list = pulls_catalog(host->pulls, form->asked.admin);
    if (!list)
        return problem_set(p, 503, "unavailable", NULL, "the catalog cannot be read");
    bool allowed = form->asked.admin && pulls_allowed(host->pulls, &e);
    answer_json(
        a, 200, json_pack("{ss so sb}", "object", "list", "data", list, "can_pull", (int)allowed));
    return true;
}

/* Does one of the three things that can be done with a pull. */
static bool answer_pull(const struct host *host, const struct form *form, struct answer *a,
    struct problem *p, int status,
    bool (*act)(struct pulls *p, const char *name, json_t **out, struct problem *problem))
{
    json_t *json = NULL;
    if (!check(host, form, p) || !act(host->pulls, form->asked.item, &json, p))
        return false;
    answer_json(a, status, json);
    return true;
}

bool pull_new_now(const struct host *host, const char *path, const struct form *form,
    struct answer *a, struct problem *p)
{
    (void)path;
    return answer_pull(host, form, a, p, 202, pulls_begin);
}

bool pull_now(const struct host *host, const char *path, const struct form *form, struct answer *a,
    struct problem *p)
{
    (void)path;
    return answer_pull(host, form, a, p, 200, pulls_show);
}

bool pull_end_now(const struct host *host, const char *path, const struct form *form,
    struct answer *a, struct problem *p)
{
    (void)path;
    return answer_pull(host, form, a, p, 200, pulls_cancel);
}
