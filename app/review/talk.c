/* SPDX-License-Identifier: Apache-2.0 */
#include "review/talk.h"

#include "review/words.h"

#include <stdlib.h>
#include <string.h>

enum { RUBBISH_MOST = 4096 };

bool talk_say(struct talk *t, const char *role, char *text)
{
    if (!text || t->messages == TALK_MOST) {
        free(text);
        return false;
    }
    t->text[t->messages] = text;
    t->message[t->messages++] = (struct ih_chat_message){.role = role, .text = text};
    return true;
}

bool talk_copy(struct talk *t, const char *role, const char *text)
{
    return text && talk_say(t, role, strdup(text));
}

bool talk_repair(struct talk *t, const char *answer, const char *wrong)
{
    struct pad pad;
    size_t n = word_fit(answer, strlen(answer), RUBBISH_MOST);
    if (!talk_say(t, "assistant", strndup(answer, n)) || !pad_open(&pad))
        return false;
    fprintf(pad.file,
        "This cannot be used: %s. Answer again, with the JSON object alone, complete and as the "
        "schema "
        "says.\n",
        wrong);
    return talk_say(t, "user", pad_take(&pad));
}

void talk_free(struct talk *t)
{
    for (int i = 0; i < t->messages; i++)
        free(t->text[i]);
    t->messages = 0;
}
