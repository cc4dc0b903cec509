/* SPDX-License-Identifier: Apache-2.0 */
/* Models that could be here, and their way here: /v1/catalog, /v1/models/{model}/pull, and the same
 * of a repository of the hub, whose name has a slash. */
#include "server/operations.h"
#include "server/pulls.h"

#include <stdio.h>

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
    json_t *repos = form->asked.admin ? pulls_repos(host->pulls) : json_array();
    answer_json(a, 200,
        json_pack("{ss so sb so}", "object", "list", "data", list, "can_pull", (int)allowed,
            "pulls", repos));
    return true;
}

/* What can be done with a pull. */
struct act {
    bool (*run)(struct pulls *p, const char *name, json_t **out, struct problem *problem);
    int status;
};
static const struct act begin = {pulls_begin, 202}, look = {pulls_show, 200},
                        end = {pulls_cancel, 200};

static bool answer_pull(const struct host *host, const struct form *form, struct answer *a,
    struct problem *p, const struct act *act, bool repo)
{
    char name[sizeof form->asked.item + 3];
    json_t *json = NULL;
    snprintf(name, sizeof name, "%s%s", repo ? "hf:" : "", form->asked.item);
    if (!check(host, form, p) || !act->run(host->pulls, name, &json, p))
        return false;
    answer_json(a, act->status, json);
    return true;
}

bool pull_new_now(const struct host *host, const char *path, const struct form *form,
    struct answer *a, struct problem *p)
{
    (void)path;
    return answer_pull(host, form, a, p, &begin, false);
}

bool pull_now(const struct host *host, const char *path, const struct form *form, struct answer *a,
    struct problem *p)
{
    (void)path;
    return answer_pull(host, form, a, p, &look, false);
}

bool pull_end_now(const struct host *host, const char *path, const struct form *form,
    struct answer *a, struct problem *p)
{
    (void)path;
    return answer_pull(host, form, a, p, &end, false);
}

bool repo_new_now(const struct host *host, const char *path, const struct form *form,
    struct answer *a, struct problem *p)
{
    (void)path;
    return answer_pull(host, form, a, p, &begin, true);
}

bool repo_now(const struct host *host, const char *path, const struct form *form, struct answer *a,
    struct problem *p)
{
    (void)path;
    return answer_pull(host, form, a, p, &look, true);
}

bool repo_end_now(const struct host *host, const char *path, const struct form *form,
    struct answer *a, struct problem *p)
{
    (void)path;
    return answer_pull(host, form, a, p, &end, true);
}
