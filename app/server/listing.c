/* SPDX-License-Identifier: Apache-2.0 */
#include "server/listing.h"

#include "server/operations.h"

int listing_add(struct listing *l, json_t *row)
{
    if (!l->data)
        l->data = json_array();
    if ((int)json_array_size(l->data) == l->limit) {
        json_decref(row);
        l->more = true;
        return 1;
    }
    json_array_append_new(l->data, row);
    return 0;
}

static json_t *id_at(const json_t *data, size_t i)
{
    json_t *id = json_object_get(json_array_get(data, i), "id");
    return id ? json_incref(id) : json_null();
}

void listing_answer(struct listing *l, struct answer *a, const struct ih_error *e)
{
    json_t *data = l->data ? l->data : json_array();
    size_t n = json_array_size(data);
    l->data = NULL;
    if (e) {
        json_decref(data);
        answer_store_error(a, e);
        return;
    }
    json_t *first = id_at(data, 0), *last = n ? id_at(data, n - 1) : json_null();
    answer_json(a, 200,
        json_pack("{ss so so so sb}", "object", "list", "data", data, "first_id", first, "last_id",
            last, "has_more", (int)l->more));
}
