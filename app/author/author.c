/* SPDX-License-Identifier: Apache-2.0 */
#include "author/author.h"

double author_cost(const struct author *a, const struct ih_chat_answer *answer)
{
    return (answer->prompt_tokens * a->read_price + answer->tokens * a->write_price) / 1e6;
}
