/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Schema to a program: https://json-schema.org/draft/2020-12, the parts that say how a value
 * is built. */
#include "text/guide_program.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { CODE_MOST = 1 << 18, RULES_MOST = 4096, ITEMS_MOST = 1024, LENGTH_MOST = 4096, BLANKS = 16 };
enum { DIGITS = 18 };

/* Rules that every program may need come first; then one for each schema that is called. */
enum { RULE_BLANK, RULE_CHARACTER, RULE_STRING, RULE_INTEGER, RULE_NUMBER, RULE_ANY, RULES_OWN };

struct compiler {
    struct guide_program *p;
    struct ih_error *e;
    enum ih_status status;
    json_t *root;
    const json_t *rule[RULES_MOST]; /* schemas; null for those above */
    bool made[RULES_MOST];          /* by rule_made() instead */
    uint32_t address[RULES_MOST];
    int rules;
};

static void wrong(struct compiler *c, enum ih_status status, const char *sentence, const char *what)
{
    if (!c->status)
        c->status = err_set(c->e, status, "the schema's %.60s %s", what, sentence);
}

/* Instructions */

static uint32_t emit(struct compiler *c, enum guide_op op, uint32_t x, uint32_t y)
{
    struct guide_program *p = c->p;
    if (p->count == p->code_room) {
        int room = p->code_room ? 2 * p->code_room : 256;
        struct guide_instruction *more = NULL;
        if (room <= CODE_MOST)
            more = realloc(p->code, (size_t)room * sizeof *more);
        if (!more) {
            wrong(c, IH_NO_MEMORY, "is too large", "program");
            return 0;
        }
        p->code = more;
        p->code_room = room;
    }
    p->code[p->count] = (struct guide_instruction){op, x, y};
    return (uint32_t)p->count++;
}

static uint32_t here(const struct compiler *c)
{
    return (uint32_t)c->p->count;
}

static uint32_t set_number(struct compiler *c, const struct guide_set *s)
{
    struct guide_program *p = c->p;
    for (int i = 0; i < p->sets; i++)
        if (memcmp(&p->set[i], s, sizeof *s) == 0)
            return (uint32_t)i;
    if (p->sets == p->set_room) {
        int room = p->set_room ? 2 * p->set_room : 64;
        struct guide_set *more = realloc(p->set, (size_t)room * sizeof *more);
        if (!more) {
            wrong(c, IH_NO_MEMORY, "is too large", "program");
            return 0;
        }
        p->set = more;
        p->set_room = room;
    }
    p->set[p->sets] = *s;
    return (uint32_t)p->sets++;
}

/* A byte of some ranges: pairs of first and last. */
static void take_range(struct compiler *c, const char *pairs, size_t n)
{
    struct guide_set s = {{0}};
    for (size_t i = 0; i < n; i += 2)
        for (int b = (unsigned char)pairs[i]; b <= (unsigned char)pairs[i + 1]; b++)
            s.bits[b / 64] |= (uint64_t)1 << (b % 64);
    emit(c, GUIDE_BYTE, set_number(c, &s), 0);
}
#define TAKE(c, pairs) take_range(c, pairs, sizeof(pairs) - 1)

static void take_text(struct compiler *c, const char *text)
{
    for (; *text; text++)
        take_range(c, (const char[]){*text, *text}, 2);
}

static void call(struct compiler *c, int rule)
{
    emit(c, GUIDE_CALL, (uint32_t)rule, 0);
}

static void blank(struct compiler *c)
{
    call(c, RULE_BLANK);
}

/* Alternatives: fork() before each but the last, done() behind each but the last, joined at the
 * end. */
struct choice {
    uint32_t fork, jump; /* chains through x and y of instructions not yet known; 0 ends them */
};

static void option(struct compiler *c, struct choice *k, bool last)
{
    if (c->status)
        return;
    if (k->fork)
        c->p->code[k->fork - 1].y = here(c);
    k->fork = 0;
    if (!last) {
        k->fork = emit(c, GUIDE_FORK, 0, 0) + 1;
        if (!c->status)
            c->p->code[k->fork - 1].x = here(c);
    }
}

static void option_end(struct compiler *c, struct choice *k)
{
    k->jump = emit(c, GUIDE_JUMP, k->jump, 0) + 1;
}

static void choice_end(struct compiler *c, struct choice *k)
{
    for (uint32_t at = k->jump; at && !c->status;) {
        uint32_t before = c->p->code[at - 1].x;
        c->p->code[at - 1].x = here(c);
        at = before;
    }
}

/* What follows may be left out: the jump over it is put before the others of a chain, each number
 * + 1, which choice_end() joins. */
static void may_skip(struct compiler *c, uint32_t *chain)
{
    uint32_t over = here(c) + 1;
    emit(c, GUIDE_FORK, over + 1, over);
    emit(c, GUIDE_JUMP, *chain, 0);
    *chain = over + 1;
}

/* A rule between `low` and `high` times; high < 0: any number. */
static void repeat(struct compiler *c, int rule, int64_t low, int64_t high)
{
    struct choice k = {0, 0};
    for (int64_t i = 0; i < low; i++)
        call(c, rule);
    if (high < 0) {
        uint32_t loop = emit(c, GUIDE_FORK, here(c) + 1, here(c) + 3);
        call(c, rule);
        emit(c, GUIDE_JUMP, loop, 0);
        return;
    }
    for (int64_t i = low; i < high && !c->status; i++) {
        may_skip(c, &k.jump);
        call(c, rule);
    }
    choice_end(c, &k);
}

/* Optional digits, up to a number. */
static void digits(struct compiler *c, int low, int high)
{
    struct choice k = {0, 0};
    for (int i = 0; i < high && !c->status; i++) {
        if (i >= low)
            may_skip(c, &k.jump);
        TAKE(c, "09");
    }
    choice_end(c, &k);
}

/* Rules of every program */

static void write_blank(struct compiler *c)
{
    struct choice k = {0, 0};
    option(c, &k, false);
    option_end(c, &k);
    option(c, &k, false);
    TAKE(c, "  ");
    option_end(c, &k);
    option(c, &k, true);
    TAKE(c, "\n\n");
    struct choice end = {0, 0};
    for (int i = 0; i < BLANKS && !c->status; i++) {
        may_skip(c, &end.jump);
        TAKE(c, "  \t\t");
    }
    choice_end(c, &end);
    choice_end(c, &k);
}

/* Well-formed UTF-8 (RFC 3629) without control characters, or an escape; no half of a surrogate
 * pair. */
static void write_character(struct compiler *c)
{
    static const struct {
        const char *first, *second;
        int more; /* of 80 to BF, behind */
    } longer[] = {{"\xc2\xdf", "\x80\xbf", 0}, {"\xe0\xe0", "\xa0\xbf", 1},
        {"\xe1\xec\xee\xef", "\x80\xbf", 1}, {"\xed\xed", "\x80\x9f", 1},
        {"\xf0\xf0", "\x90\xbf", 2}, {"\xf1\xf3", "\x80\xbf", 2}, {"\xf4\xf4", "\x80\x8f", 2}};
    struct choice k = {0, 0}, escape = {0, 0};
    option(c, &k, false);
    TAKE(c, "\x20\x21\x23\x5b\x5d\x7e");
    option_end(c, &k);
    for (size_t i = 0; i < sizeof longer / sizeof *longer; i++) {
        option(c, &k, false);
        take_range(c, longer[i].first, strlen(longer[i].first));
        take_range(c, longer[i].second, 2);
        for (int m = 0; m < longer[i].more; m++)
            TAKE(c, "\x80\xbf");
        option_end(c, &k);
    }
    option(c, &k, true);
    take_text(c, "\\");
    option(c, &escape, false);
    TAKE(c, "\"\"\\\\//bbffnnrrtt");
    option_end(c, &escape);
    option(c, &escape, false);
    take_text(c, "u");
    TAKE(c, "09acACefEF");
    for (int i = 0; i < 3; i++)
        TAKE(c, "09afAF");
    option_end(c, &escape);
    option(c, &escape, true);
    take_text(c, "u");
    TAKE(c, "ddDD");
    TAKE(c, "07");
    TAKE(c, "09afAF");
    TAKE(c, "09afAF");
    choice_end(c, &escape);
    choice_end(c, &k);
}

static void write_string(struct compiler *c, int64_t low, int64_t high)
{
    take_text(c, "\"");
    repeat(c, RULE_CHARACTER, low, high);
    take_text(c, "\"");
}

/* Behind an optional minus: no leading zeros. */
static void write_integer(struct compiler *c)
{
    struct choice sign = {0, 0}, k = {0, 0};
    option(c, &sign, false);
    take_text(c, "-");
    option_end(c, &sign);
    option(c, &sign, true);
    choice_end(c, &sign);
    option(c, &k, false);
    take_text(c, "0");
    option_end(c, &k);
    option(c, &k, true);
    TAKE(c, "19");
    digits(c, 0, DIGITS - 1);
    choice_end(c, &k);
}

static void write_number(struct compiler *c)
{
    struct choice fraction = {0, 0}, power = {0, 0}, sign = {0, 0};
    call(c, RULE_INTEGER);
    option(c, &fraction, false);
    take_text(c, ".");
    digits(c, 1, DIGITS);
    option_end(c, &fraction);
    option(c, &fraction, true);
    choice_end(c, &fraction);
    option(c, &power, false);
    TAKE(c, "eeEE");
    option(c, &sign, false);
    TAKE(c, "++--");
    option_end(c, &sign);
    option(c, &sign, true);
    choice_end(c, &sign);
    digits(c, 1, 2);
    option_end(c, &power);
    option(c, &power, true);
    choice_end(c, &power);
}

static int rule_of(struct compiler *c, const json_t *schema);

/* item (, item)* or nothing, between brackets; `rule` is an item. */
static void write_list(struct compiler *c, const char *open, const char *close, int rule, int comma,
    int64_t low, int64_t high)
{
    struct choice k = {0, 0};
    take_text(c, open);
    blank(c);
    if (low == 0) {
        option(c, &k, false);
        option_end(c, &k);
        option(c, &k, true);
    }
    if (high != 0) {
        call(c, rule);
        repeat(c, comma, low > 0 ? low - 1 : 0, high < 0 ? -1 : high - 1);
    }
    if (low == 0)
        choice_end(c, &k);
    blank(c);
    take_text(c, close);
}

/* Schemas that are made up on the way: rules know schemas only, so a value stands for what is said
 * about it. */
static const json_t *made(struct compiler *c, json_t *schema)
{
    json_t *list = json_object_get(c->root, "\x01");
    if (!list) {
        list = json_array();
        json_object_set_new(c->root, "\x01", list);
    }
    if (!schema || json_array_append_new(list, schema)) {
        wrong(c, IH_NO_MEMORY, "is too large", "program");
        return c->root;
    }
    return schema;
}

/* What a rule is besides a schema: {"kind": ..., "name": ..., "of": index of a rule}. */
static int rule_made(struct compiler *c, const char *kind, const char *name, int of)
{
    int rule = rule_of(c, made(c, json_pack("{ss ss* si}", "kind", kind, "name", name, "of", of)));
    c->made[rule] = rule >= RULES_OWN;
    return rule;
}

static void take_json(struct compiler *c, const json_t *value)
{
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    if (!text)
        wrong(c, IH_NO_MEMORY, "is too large", "program");
    else
        take_text(c, text);
    free(text);
}

static void write_made(struct compiler *c, const json_t *m)
{
    const char *kind = json_string_value(json_object_get(m, "kind"));
    int of = (int)json_integer_value(json_object_get(m, "of"));
    switch (*kind) {
    case 'c': /* a comma and another */
        blank(c);
        take_text(c, ",");
        blank(c);
        call(c, of);
        break;
    case 'm': /* a member of that name */
        take_json(c, json_object_get(m, "name"));
        blank(c);
        take_text(c, ":");
        blank(c);
        call(c, of);
        break;
    default: /* a member of any name */
        call(c, RULE_STRING);
        blank(c);
        take_text(c, ":");
        blank(c);
        call(c, of);
    }
}

/* Schemas */

static bool in_list(const json_t *list, const char *word)
{
    size_t i;
    json_t *x;
    json_array_foreach(list, i, x)
    {
        const char *text = json_string_value(x);
        if (text && strcmp(text, word) == 0)
            return true;
    }
    return false;
}

/* Members in order. Two rows of states: nothing is written yet, or something is, and then a comma
 * comes first. */
static void write_members(struct compiler *c, const json_t *properties, const json_t *required)
{
    const char *name;
    json_t *value;
    uint32_t skip = 0, begun = 0; /* where the two rows go on: chains of jumps, each number + 1 */
    bool first = true;
    take_text(c, "{");
    blank(c);
    json_object_foreach((json_t *)(uintptr_t)properties, name, value)
    {
        int member = rule_made(c, "member", name, rule_of(c, value));
        int comma = rule_made(c, "comma", NULL, member);
        bool must = in_list(required, name);
        struct choice none = {0, skip}, some = {0, begun};
        skip = begun = 0;
        if (first || none.jump) { /* nothing is written yet */
            choice_end(c, &none);
            if (!must)
                may_skip(c, &skip);
            call(c, member);
            begun = emit(c, GUIDE_JUMP, 0, 0) + 1;
        }
        if (some.jump) {
            choice_end(c, &some);
            if (!must)
                may_skip(c, &begun);
            call(c, comma);
            begun = emit(c, GUIDE_JUMP, begun, 0) + 1;
        }
        first = false;
        if (c->status)
            return;
    }
    struct choice none = {0, skip}, some = {0, begun};
    choice_end(c, &none);
    choice_end(c, &some);
    blank(c);
    take_text(c, "}");
}

static void write_object(struct compiler *c, const json_t *s)
{
    const json_t *properties = json_object_get(s, "properties"),
                 *others = json_object_get(s, "additionalProperties");
    if (json_object_size(properties) > 0 || json_is_false(others)) {
        write_members(c, properties, json_object_get(s, "required"));
        return;
    }
    int value = json_is_object(others) ? rule_of(c, others) : RULE_ANY;
    int member = rule_made(c, "any member", NULL, value);
    write_list(c, "{", "}", member, rule_made(c, "comma", NULL, member), 0, -1);
}

/* A whole number of the schema, within limits. */
static int64_t limit(
    struct compiler *c, const json_t *s, const char *key, int64_t most, int64_t fallback)
{
    const json_t *v = json_object_get(s, key);
    if (!v)
        return fallback;
    int64_t n = json_integer_value(v);
    if (!json_is_integer(v) || n < 0 || n > most)
        wrong(c, IH_UNSUPPORTED, "is no whole number that can be kept to", key);
    return n;
}

static void write_array(struct compiler *c, const json_t *s)
{
    const json_t *items = json_object_get(s, "items");
    int64_t low = limit(c, s, "minItems", ITEMS_MOST, 0),
            high = limit(c, s, "maxItems", ITEMS_MOST, -1);
    if (high >= 0 && low > high)
        wrong(c, IH_BAD_DATA, "is more than maxItems", "minItems");
    int rule = items ? rule_of(c, items) : RULE_ANY;
    write_list(c, "[", "]", rule, rule_made(c, "comma", NULL, rule), low, high);
}

static void write_type(struct compiler *c, const json_t *s, const char *type)
{
    if (strcmp(type, "object") == 0) {
        write_object(c, s);
    } else if (strcmp(type, "array") == 0) {
        write_array(c, s);
    } else if (strcmp(type, "string") == 0) {
        int64_t low = limit(c, s, "minLength", LENGTH_MOST, 0),
                high = limit(c, s, "maxLength", LENGTH_MOST, -1);
        if (high >= 0 && low > high)
            wrong(c, IH_BAD_DATA, "is more than maxLength", "minLength");
        write_string(c, low, high);
    } else if (strcmp(type, "integer") == 0) {
        call(c, RULE_INTEGER);
    } else if (strcmp(type, "number") == 0) {
        call(c, RULE_NUMBER);
    } else if (strcmp(type, "boolean") == 0) {
        struct choice k = {0, 0};
        option(c, &k, false);
        take_text(c, "true");
        option_end(c, &k);
        option(c, &k, true);
        take_text(c, "false");
        choice_end(c, &k);
    } else if (strcmp(type, "null") == 0) {
        take_text(c, "null");
    } else {
        wrong(c, IH_BAD_DATA, "is none that JSON has", "type");
    }
}

/* What each element of a list becomes, one or the other. */
static void write_choices(struct compiler *c, const json_t *list, const json_t *s,
    void (*one)(struct compiler *c, const json_t *s, const json_t *x), const char *key)
{
    struct choice k = {0, 0};
    size_t n = json_array_size(list);
    if (n == 0)
        wrong(c, IH_BAD_DATA, "must be a list of at least one value", key);
    for (size_t i = 0; i < n && !c->status; i++) {
        option(c, &k, i + 1 == n);
        one(c, s, json_array_get(list, i));
        if (i + 1 < n)
            option_end(c, &k);
    }
    choice_end(c, &k);
}

static void one_value(struct compiler *c, const json_t *s, const json_t *x)
{
    (void)s;
    take_json(c, x);
}

static void one_schema(struct compiler *c, const json_t *s, const json_t *x)
{
    (void)s;
    call(c, rule_of(c, x));
}

static void one_type(struct compiler *c, const json_t *s, const json_t *x)
{
    if (json_is_string(x))
        write_type(c, s, json_string_value(x));
    else
        wrong(c, IH_BAD_DATA, "is none that JSON has", "type");
}

/* "#", "#/$defs/NAME", "#/definitions/NAME" */
static const json_t *referred(struct compiler *c, const char *ref)
{
    static const char *const places[] = {"$defs", "definitions"};
    if (ref && strcmp(ref, "#") == 0)
        return c->root;
    for (size_t i = 0; ref && i < 2; i++) {
        size_t n = strlen(places[i]);
        if (strncmp(ref, "#/", 2) == 0 && strncmp(ref + 2, places[i], n) == 0 &&
            ref[2 + n] == '/') {
            const json_t *found = json_object_get(json_object_get(c->root, places[i]), ref + 3 + n);
            if (found)
                return found;
        }
    }
    wrong(c, IH_BAD_DATA, "leads nowhere; it must be # or below #/$defs", "$ref");
    return c->root;
}

/* Whatever is not known would be left out silently. */
static void check_keys(struct compiler *c, const json_t *s)
{
    static const char *const known[] = {"type", "properties", "required", "additionalProperties",
        "items", "minItems", "maxItems", "minLength", "maxLength", "enum", "const", "anyOf",
        "oneOf", "$ref", "$defs", "definitions", "title", "description", "default", "examples",
        "$schema", "$id", "\x01", NULL};
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)s, key, value)
    {
        int i = 0;
        while (known[i] && strcmp(known[i], key) != 0)
            i++;
        if (!known[i])
            wrong(c, IH_UNSUPPORTED, "cannot be kept to", key);
    }
}

static void write_schema(struct compiler *c, const json_t *s)
{
    const json_t *x, *type = json_object_get(s, "type");
    if (!json_is_object(s)) {
        if (json_is_true(s))
            call(c, RULE_ANY);
        else
            wrong(c, IH_BAD_DATA, "is no object", "root, or a part of it,");
        return;
    }
    check_keys(c, s);
    if ((x = json_object_get(s, "$ref")))
        call(c, rule_of(c, referred(c, json_string_value(x))));
    else if ((x = json_object_get(s, "const")))
        take_json(c, x);
    else if ((x = json_object_get(s, "enum")))
        write_choices(c, x, s, one_value, "enum");
    else if ((x = json_object_get(s, "anyOf")) || (x = json_object_get(s, "oneOf")))
        write_choices(c, x, s, one_schema, "anyOf");
    else if (json_is_array(type))
        write_choices(c, type, s, one_type, "type");
    else if (type)
        one_type(c, s, type);
    else if (json_object_get(s, "properties"))
        write_object(c, s);
    else
        call(c, RULE_ANY);
}

static void write_any(struct compiler *c)
{
    static const char *const types[] = {"object", "array", "string", "number", "boolean", "null"};
    const json_t *nothing = made(c, json_object());
    struct choice k = {0, 0};
    for (int i = 0; i < 6; i++) {
        option(c, &k, i == 5);
        write_type(c, nothing, types[i]);
        if (i < 5)
            option_end(c, &k);
    }
    choice_end(c, &k);
}

static int rule_of(struct compiler *c, const json_t *schema)
{
    for (int i = RULES_OWN; i < c->rules; i++)
        if (c->rule[i] == schema)
            return i;
    if (c->rules == RULES_MOST) {
        wrong(c, IH_UNSUPPORTED, "are too many", "parts");
        return RULE_ANY;
    }
    c->rule[c->rules] = schema;
    return c->rules++;
}

static void write_rule(struct compiler *c, int rule)
{
    c->address[rule] = here(c);
    switch (rule) {
    case RULE_BLANK:
        write_blank(c);
        break;
    case RULE_CHARACTER:
        write_character(c);
        break;
    case RULE_STRING:
        write_string(c, 0, -1);
        break;
    case RULE_INTEGER:
        write_integer(c);
        break;
    case RULE_NUMBER:
        write_number(c);
        break;
    case RULE_ANY:
        write_any(c);
        break;
    default:
        if (c->made[rule])
            write_made(c, c->rule[rule]);
        else
            write_schema(c, c->rule[rule]);
    }
    emit(c, GUIDE_RETURN, 0, 0);
}

static void link_calls(struct compiler *c)
{
    for (int i = 0; i < c->p->count; i++)
        if (c->p->code[i].op == GUIDE_CALL)
            c->p->code[i].x = c->address[c->p->code[i].x];
}

enum ih_status guide_compile(
    struct guide_program **out, const char *schema, size_t size, struct ih_error *e)
{
    json_error_t where;
    struct compiler *c = calloc(1, sizeof *c);
    struct guide_program *p = *out = calloc(1, sizeof *p);
    enum ih_status status = c && p ? IH_OK : err_memory(e, "a schema");
    json_t *root = status ? NULL : json_loadb(schema, size, JSON_DECODE_ANY, &where);
    if (!status && !root)
        status = err_set(e, IH_BAD_DATA, "the schema is no JSON: %s", where.text);
    if (!status) {
        *c = (struct compiler){.p = p, .e = e, .root = json_object(), .rules = RULES_OWN};
        /* A root that is no object still has a place for what is made up. */
        json_object_update(c->root, root);
        call(c, rule_of(c, json_is_object(root) ? c->root : root));
        emit(c, GUIDE_RETURN, 0, 0);
        for (int i = 0; i < c->rules && !c->status; i++)
            write_rule(c, i);
        link_calls(c);
        status = c->status;
        json_decref(c->root);
    }
    json_decref(root);
    free(c);
    if (status)
        guide_program_free(out);
    return status;
}

void guide_program_free(struct guide_program **p)
{
    if (*p) {
        free((*p)->code);
        free((*p)->set);
        free(*p);
    }
    *p = NULL;
}
