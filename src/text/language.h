/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_LANGUAGE_H
#define TEXT_LANGUAGE_H

/* The languages of Whisper in the order of their tokens (openai/whisper tokenizer.py); the last,
 * yue, came with large-v3. Codes are mostly ISO 639-1, names English and lower case. */
int language_count(void);
const char *language_code(int i);
const char *language_name(int i);

/* The index of a code ("de"), a name ("German"), another usual name or code ("nb", "cmn",
 * "Flemish", "deu"), or a tag that begins with a code ("pt-BR", "zh_CN.UTF-8"); letter case does
 * not matter. -1 for anything else and for null. */
int language_find(const char *text);

#endif
