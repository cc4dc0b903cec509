/* SPDX-License-Identifier: Apache-2.0 */
#include "server/multipart.h"

#include "server/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { PARTS_MOST = 256 };

enum state {
    PREAMBLE,   /* before the first boundary: not looked at */
    BODY,       /* of a part, up to the next delimiter */
    AFTER,      /* right behind a delimiter: CR LF, blanks before it, or -- */
    AFTER_DASH, /* behind one - */
    AFTER_CR,
    HEADERS, /* of a part, up to the empty line */
    EPILOGUE /* behind the last boundary: not looked at */
};

static enum ih_status malformed(struct ih_error *e, const char *what)
{
    return explain(e, IH_BAD_DATA, "the multipart body is malformed: %s", what);
}

/* Copies a parameter's value, plain or in quotes; false when it does not fit or does not end.
 * *text moves behind it. */
static bool copy_value(const char **text, char *to, size_t size)
{
    const char *p = *text;
    bool quoted = *p == '"';
    size_t n = 0;
    for (p += quoted; *p && (quoted ? *p != '"' : !strchr("; \t", *p)); p++) {
        if (quoted && *p == '\\' && (p[1] == '"' || p[1] == '\\'))
            p++;
        if (n + 1 >= size)
            return false;
        to[n++] = *p;
    }
    to[n] = 0;
    if (quoted && *p++ != '"')
        return false;
    *text = p;
    return true;
}

/* Finds ;name=value in a header; 1, 0 when it is not there, -1 when the header cannot be read. */
static int find_parameter(const char *header, const char *name, char *to, size_t size)
{
    char ignored[512];
    const char *p = header + strcspn(header, ";");
    while (*p == ';') {
        p += 1 + strspn(p + 1, " \t");
        size_t n = strcspn(p, "=; \t");
        bool is_it = n == strlen(name) && strncasecmp(p, name, n) == 0;
        p += n;
        if (*p == '=') {
            p++;
            if (!copy_value(&p, is_it ? to : ignored, is_it ? size : sizeof ignored))
                return -1;
            if (is_it)
                return 1;
        }
        p += strspn(p, " \t");
    }
    return *p ? -1 : 0;
}

/* RFC 2046: 1 to 70 of these, the last no blank. None of them is a CR, which the search in BODY
 * relies on. */
static bool is_boundary(const char *text)
{
    static const char allowed[] =
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'()+_,-./:=? ";
    size_t n = strlen(text);
    return n > 0 && n <= BOUNDARY_MOST && strspn(text, allowed) == n && text[n - 1] != ' ';
}

enum ih_status multipart_init(struct multipart *m, const char *content_type,
    const struct multipart_sink *sink, struct ih_error *e)
{
    char boundary[256];
    static const char type[] = "multipart/form-data";
    size_t n = sizeof type - 1;
    if (strncasecmp(content_type, type, n) != 0 || !strchr("; \t", content_type[n]))
        return explain(e, IH_INVALID, "the content type is not multipart/form-data");
    if (find_parameter(content_type, "boundary", boundary, sizeof boundary) != 1 ||
        !is_boundary(boundary))
        return explain(e, IH_INVALID, "the content type multipart/form-data names no boundary");
    *m = (struct multipart){.sink = *sink, .state = PREAMBLE};
    m->length = (size_t)snprintf(m->delimiter, sizeof m->delimiter, "\r\n--%s", boundary);
    m->matched = 2; /* the first boundary may stand at the very beginning */
    return IH_OK;
}

static enum ih_status read_disposition(struct part *part, const char *value, struct ih_error *e)
{
    static const char form_data[] = "form-data";
    size_t n = sizeof form_data - 1;
    if (strncasecmp(value, form_data, n) != 0 || !strchr("; \t", value[n]))
        return malformed(e, "a part is no form-data");
    if (find_parameter(value, "name", part->name, sizeof part->name) != 1 || !*part->name)
        return malformed(e, "a part has no name, or one that is too long");
    int file = find_parameter(value, "filename", part->filename, sizeof part->filename);
    int extended = find_parameter(value, "filename*", part->type, sizeof part->type);
    if (file < 0)
        return malformed(e, "the name of a file is too long");
    part->is_file = file > 0 || extended > 0;
    part->type[0] = 0;
    if (!text_is_utf8(part->name, strlen(part->name)))
        return malformed(e, "the name of a part is not UTF-8");
    return IH_OK;
}

/* The headers of a part, without the empty line. */
static enum ih_status read_headers(struct part *part, char *text, struct ih_error *e)
{
    bool disposed = false;
    char type[sizeof part->type] = "";
    *part = (struct part){0};
    for (char *line = text, *next; *line; line = next) {
        next = strstr(line, "\r\n");
        if (!next)
            return malformed(e, "a header of a part does not end");
        *next = 0;
        next += 2;
        char *colon = strchr(line, ':');
        if (!colon || colon == line)
            return malformed(e, "a header of a part has no name");
        size_t n = (size_t)(colon - line);
        const char *value = colon + 1 + strspn(colon + 1, " \t");
        if (n == 19 && strncasecmp(line, "content-disposition", n) == 0) {
            enum ih_status status =
                disposed ? malformed(e, "a part has two names") : read_disposition(part, value, e);
            if (status)
                return status;
            disposed = true;
        } else if (n == 12 && strncasecmp(line, "content-type", n) == 0) {
            snprintf(type, sizeof type, "%s", value);
        }
    }
    if (!disposed)
        return malformed(e, "a part has no name");
    memcpy(part->type, type, sizeof type);
    return IH_OK;
}

static enum ih_status begin_part(struct multipart *m, struct ih_error *e)
{
    struct part part;
    m->headers[m->header_bytes - 2] = 0;
    if (strlen(m->headers) != m->header_bytes - 2)
        return malformed(e, "there is a zero in a header");
    enum ih_status status = read_headers(&part, m->headers, e);
    if (!status && ++m->parts > PARTS_MOST)
        status = malformed(e, "it has too many parts");
    m->state = BODY;
    m->matched = 0;
    return status ? status : m->sink.begin(m->sink.arg, &part, e);
}

static enum ih_status take_header(struct multipart *m, char c, struct ih_error *e)
{
    if (m->header_bytes == sizeof m->headers)
        return malformed(e, "the headers of a part are too long");
    m->headers[m->header_bytes++] = c;
    size_t n = m->header_bytes;
    bool empty_line = n == 2 ? memcmp(m->headers, "\r\n", 2) == 0
                             : n >= 4 && memcmp(m->headers + n - 4, "\r\n\r\n", 4) == 0;
    return empty_line ? begin_part(m, e) : IH_OK;
}

/* What stands between a delimiter and the headers. */
static enum ih_status take_after(struct multipart *m, char c, struct ih_error *e)
{
    if (m->state == AFTER && (c == ' ' || c == '\t'))
        return IH_OK;
    if (m->state == AFTER && c == '-')
        m->state = AFTER_DASH;
    else if (m->state == AFTER && c == '\r')
        m->state = AFTER_CR;
    else if (m->state == AFTER_DASH && c == '-')
        m->state = EPILOGUE;
    else if (m->state == AFTER_CR && c == '\n') {
        m->state = HEADERS;
        m->header_bytes = 0;
    } else {
        return malformed(e, "a boundary does not end its line");
    }
    return IH_OK;
}

/* Content up to the delimiter, whose CR occurs nowhere else in it: what was matched in vain is
 * content, and the search begins anew at the byte that did not fit. Returns how much was taken. */
static size_t take_body(
    struct multipart *m, const char *data, size_t n, enum ih_status *status, struct ih_error *e)
{
    bool wanted = m->state == BODY;
    size_t i = 0;
    while (i < n && m->matched < m->length) {
        if (m->matched == 0) {
            const char *cr = memchr(data + i, '\r', n - i);
            size_t run = cr ? (size_t)(cr - data) - i : n - i;
            if (wanted && run && (*status = m->sink.data(m->sink.arg, data + i, run, e)))
                return i;
            i += run;
            if (i == n)
                break;
        }
        if (data[i] == m->delimiter[m->matched]) {
            m->matched++;
            i++;
            continue;
        }
        size_t vain = m->matched;
        m->matched = 0;
        if (wanted && (*status = m->sink.data(m->sink.arg, m->delimiter, vain, e)))
            return i;
    }
    if (m->matched < m->length)
        return i;
    m->state = AFTER;
    if (wanted)
        *status = m->sink.end(m->sink.arg, e);
    return i;
}

enum ih_status multipart_feed(struct multipart *m, const void *data, size_t n, struct ih_error *e)
{
    const char *p = data;
    enum ih_status status = IH_OK;
    for (size_t i = 0; i < n && !status;) {
        switch ((enum state)m->state) {
        case PREAMBLE:
        case BODY:
            i += take_body(m, p + i, n - i, &status, e);
            break;
        case HEADERS:
            status = take_header(m, p[i++], e);
            break;
        case EPILOGUE:
            return IH_OK;
        default:
            status = take_after(m, p[i++], e);
        }
    }
    return status;
}

enum ih_status multipart_finish(const struct multipart *m, struct ih_error *e)
{
    return m->state == EPILOGUE ? IH_OK : malformed(e, "it breaks off");
}
