/* SPDX-License-Identifier: Apache-2.0 */
#include "server/problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool problem_set(
    struct problem *p, int status, const char *code, const char *param, const char *format, ...)
{
    va_list args;
    *p = (struct problem){.status = status, .code = code};
    snprintf(p->param, sizeof p->param, "%s", param ? param : "");
    va_start(args, format);
    vsnprintf(p->text, sizeof p->text, format, args);
    va_end(args);
    return false;
}

bool problem_from(struct problem *p, const struct ih_error *e)
{
    switch (e->code) {
    case IH_INVALID:
        return problem_set(p, 400, "invalid_value", NULL, "%s", e->text);
    case IH_BAD_DATA:
        return problem_set(p, 400, "invalid_file", NULL, "%s", e->text);
    case IH_UNSUPPORTED:
        return problem_set(p, 400, "unsupported", NULL, "%s", e->text);
    case IH_NOT_FOUND:
        return problem_set(p, 404, "not_found", NULL, "%s", e->text);
    case IH_NO_MEMORY:
        problem_set(p, 503, "out_of_memory", NULL, "%s", e->text);
        p->retry_after = 30;
        return false;
    case IH_CANCELLED: /* nobody sees it where the client is what cancelled */
        return problem_set(p, 504, "job_timeout", NULL, "it took longer than the server allows");
    default:
        return problem_set(p, 500, "internal_error", NULL, "%s", e->text);
    }
}

const char *status_phrase(int status)
{
    static const struct {
        int status;
        const char *phrase;
    } known[] = {
        {101, "Switching Protocols"},
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {411, "Length Required"},
        {413, "Content Too Large"},
        {415, "Unsupported Media Type"},
        {426, "Upgrade Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].status == status)
            return known[i].phrase;
    return status < 400 ? "OK" : status < 500 ? "Bad Request" : "Internal Server Error";
}

json_t *problem_text(const char *text)
{
    json_t *json = json_string(text);
    for (size_t n = strlen(text); !json && n > 0;)
        json = json_stringn(text, --n);
    return json ? json : json_null();
}

static json_t *openai_error(const struct problem *p)
{
    const char *type = p->status >= 500   ? "server_error"
                       : p->status == 429 ? "requests"
                                          : "invalid_request_error";
    return json_pack("{s{so ss so so}}", "error", "message", problem_text(p->text), "type", type,
        "param", *p->param ? problem_text(p->param) : json_null(), "code",
        p->code ? json_string(p->code) : json_null());
}

const struct dialect dialect_openai = {.name = "openai", .error = openai_error};
