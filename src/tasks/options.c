/* SPDX-License-Identifier: Apache-2.0 */
#include "inhouse/options.h"

#include "base/err.h"
#include "base/number.h"
#include "tasks/style.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const char *const tasks[] = {"transcribe", "translate", NULL};
static const char *const tiers[] = {"c", "avx2", "avx512", "avx512-bf16", "amx", "neon", "all", NULL};
static const char *const computes[] = {"auto", "f32", "bf16", "int8", "int4", NULL};
static const char *const formats[] = {"text", "srt", "vtt", "json", "verbose_json", "tsv", "lrc", NULL};
static const char *const sounds[] = {"wav", "flac", "mp3", "opus", "aac", "m4a", "pcm", NULL};
static const char *const pictures[] = {"png", "jpeg", "webp", NULL};
static const char *const sizes[] = {"square", "portrait", "landscape", "wide", "tall", NULL};
static const char *const previews[] = {"auto", "kitty", "iterm", "sixel", "blocks", "off", NULL};

#define FIELD(f)      offsetof(struct ih_request, f), sizeof((struct ih_request *)0)->f
#define CLI           IH_ON_COMMAND_LINE
#define EVERYWHERE    (IH_ON_COMMAND_LINE | IH_ON_HTTP | IH_ON_CONFIG)
#define ON_MACHINE    (IH_ON_COMMAND_LINE | IH_ON_CONFIG)
#define READ          IH_TRANSCRIBE
#define SAY           IH_SPEAK
#define DRAW          IH_DRAW
#define CHAT          IH_CHAT
#define ALL           (IH_TRANSCRIBE | IH_SPEAK | IH_DRAW | IH_CHAT)

static const struct ih_option options[] = {
    {"model", 'm', IH_OPTION_STRING, "NAME|PATH", 0, 0, NULL, NULL,
        "model to use: a name from 'inhouse models list', a folder, or a whisper.cpp file", ALL, EVERYWHERE, FIELD(model)},
    {"language", 'l', IH_OPTION_STRING, "CODE", 0, 0, NULL, NULL,
        "language spoken, such as en or de; auto finds out", READ, EVERYWHERE, FIELD(transcribe.language)},
    {"task", 0, IH_OPTION_CHOICE, "TASK", 0, 0, tasks, NULL,
        "write down what is said, or translate it into English", READ, EVERYWHERE, FIELD(transcribe.translate)},
    {"format", 'f', IH_OPTION_LIST, "FORMAT", 0, 0, formats, NULL,
        "how the result is written; several with commas or by repeating the flag", READ, EVERYWHERE, FIELD(format)},
    {"output", 'o', IH_OPTION_STRING, "DIR", 0, 0, NULL, NULL,
        "write FILE.srt and so on into this folder instead of standard output", READ, CLI, FIELD(output)},
    {"words", 'w', IH_OPTION_BOOL, NULL, 0, 0, NULL, NULL,
        "give the time of each word", READ, EVERYWHERE, FIELD(transcribe.words)},
    {"no_timestamps", 0, IH_OPTION_BOOL, NULL, 0, 0, NULL, NULL,
        "text only, without times: a little faster", READ, EVERYWHERE, FIELD(transcribe.no_timestamps)},
    {"vad", 0, IH_OPTION_STRING, "FILE|off", 0, 0, NULL, "auto",
        "skip what is not speech, with the built-in detector or another; off reads everything", READ, ON_MACHINE, FIELD(transcribe.vad)},
    {"prompt", 'p', IH_OPTION_STRING, "TEXT", 0, 0, NULL, NULL,
        "text that could have come before: names, spelling, style", READ, EVERYWHERE, FIELD(transcribe.prompt)},
    {"phrases", 0, IH_OPTION_STRING, "FILE|TEXT", 0, 0, NULL, NULL,
        "phrases to favour: a file with one a line, or the phrases with commas between them", READ, EVERYWHERE, FIELD(transcribe.phrases)},
    {"beam", 'b', IH_OPTION_INT, "N", 0, 32, NULL, NULL,
        "hypotheses followed at once; 1 is greedy, 0 as many as the model asks for", READ, EVERYWHERE, FIELD(transcribe.beam)},
    {"best_of", 0, IH_OPTION_INT, "N", 1, 32, NULL, NULL,
        "samples to choose from at temperatures above 0", READ, EVERYWHERE, FIELD(transcribe.best_of)},
    {"temperature", 't', IH_OPTION_FLOAT, "T", 0, 1, NULL, NULL,
        "randomness of the first attempt", READ, EVERYWHERE, FIELD(transcribe.temperature)},
    {"temperature_step", 0, IH_OPTION_FLOAT, "T", 0, 1, NULL, NULL,
        "raised by this after a bad result, up to 1; 0 never tries again", READ, EVERYWHERE, FIELD(transcribe.temperature_step)},
    {"patience", 0, IH_OPTION_FLOAT, "P", 0.1, 10, NULL, NULL,
        "how long a beam search waits for better endings", READ, EVERYWHERE, FIELD(transcribe.patience)},
    {"length_penalty", 0, IH_OPTION_FLOAT, "A", -1, 10, NULL, NULL,
        "exponent of the length penalty; negative divides by the length", READ, EVERYWHERE, FIELD(transcribe.length_penalty)},
    {"compression_limit", 0, IH_OPTION_FLOAT, "R", 0, 1000, NULL, NULL,
        "text that compresses better than this repeats itself", READ, EVERYWHERE, FIELD(transcribe.compression_limit)},
    {"logprob_limit", 0, IH_OPTION_FLOAT, "L", -1000, 0, NULL, NULL,
        "mean log probability below which a result is bad", READ, EVERYWHERE, FIELD(transcribe.logprob_limit)},
    {"no_speech_limit", 0, IH_OPTION_FLOAT, "P", 0, 1, NULL, NULL,
        "probability of silence above which an unlikely text is dropped", READ, EVERYWHERE, FIELD(transcribe.no_speech_limit)},
    {"condition", 0, IH_OPTION_BOOL, NULL, 0, 0, NULL, NULL,
        "show the model the text before each stretch", READ, EVERYWHERE, FIELD(transcribe.condition)},
    {"seed", 0, IH_OPTION_INT, "N", 0, 0x1p53, NULL, NULL,
        "random numbers for temperatures above 0", READ, EVERYWHERE, FIELD(transcribe.seed)},
    {"batch", 0, IH_OPTION_INT, "N", 1, 64, NULL, NULL,
        "stretches of speech computed together", READ, ON_MACHINE, FIELD(transcribe.batch)},
    {"voice", 'v', IH_OPTION_STRING, "VOICE", 0, 0, NULL, NULL,
        "a name from 'inhouse voices list', a profile's file, or a blend: anna:0.7+ben:0.3", SAY, EVERYWHERE, FIELD(speak.voice)},
    {"language", 'l', IH_OPTION_STRING, "CODE", 0, 0, NULL, NULL,
        "language of the text, such as en or de; auto goes by script and words", SAY, EVERYWHERE, FIELD(speak.language)},
    {"file", 'f', IH_OPTION_STRING, "FILE", 0, 0, NULL, NULL,
        "speak what is in this file; - is standard input", SAY, CLI, FIELD(file)},
    {"output", 'o', IH_OPTION_STRING, "FILE", 0, 0, NULL, NULL,
        "file for the sound, in the format of its ending; - is standard output", SAY, CLI, FIELD(output)},
    {"format", 0, IH_OPTION_CHOICE, "FORMAT", 0, 0, sounds, NULL,
        "format of the sound when the file's ending does not say it", SAY, EVERYWHERE, FIELD(format)},
    {"bit_rate", 0, IH_OPTION_INT, "N", 0, 512000, NULL, NULL,
        "bits a second of mp3, opus, aac and m4a; 0 is what suits the format", SAY, EVERYWHERE, FIELD(bit_rate)},
    {"play", 'P', IH_OPTION_BOOL, NULL, 0, 0, NULL, NULL,
        "play the sound while it is made", SAY, CLI, FIELD(play)},
    {"speed", 's', IH_OPTION_FLOAT, "X", 0.25, 4, NULL, NULL,
        "how fast: 1 is the voice's own pace, 2 twice as fast", SAY, EVERYWHERE, FIELD(speak.speed)},
    {"pitch", 'p', IH_OPTION_FLOAT, "N", -12, 12, NULL, NULL,
        "semitones up or down", SAY, EVERYWHERE, FIELD(speak.pitch)},
    {"volume", 0, IH_OPTION_FLOAT, "X", 0, 2, NULL, NULL,
        "how loud", SAY, EVERYWHERE, FIELD(speak.volume)},
    {"style", 0, IH_OPTION_STRING, "STYLE", 0, 0, style_names, NULL,
        "how it is said", SAY, EVERYWHERE, FIELD(speak.style)},
    {"style_degree", 0, IH_OPTION_FLOAT, "X", 0, 2, NULL, NULL,
        "how much of the style: 0 is none, 2 twice as much", SAY, EVERYWHERE, FIELD(speak.style_degree)},
    {"lexicon", 0, IH_OPTION_STRING, "FILE", 0, 0, NULL, NULL,
        "how words are said: a file of words and their phonemes", SAY, ON_MACHINE, FIELD(speak.lexicon)},
    {"ssml", 0, IH_OPTION_BOOL, NULL, 0, 0, NULL, NULL,
        "the text is SSML; one that begins with <speak is taken for it anyway", SAY, EVERYWHERE, FIELD(speak.ssml)},
    {"words", 'w', IH_OPTION_STRING, "FILE", 0, 0, NULL, NULL,
        "when each word is said, as captions: FILE.json, .srt, .vtt, .tsv or .lrc", SAY, CLI, FIELD(captions)},
    {"check", 0, IH_OPTION_STRING, "MODEL", 0, 0, NULL, "auto",
        "read every sentence back, say bad ones again, report what stays bad", SAY, ON_MACHINE, FIELD(checker)},
    {"check_limit", 0, IH_OPTION_FLOAT, "X", 0, 1, NULL, NULL,
        "share of wrong words above which a sentence is bad", SAY, ON_MACHINE, FIELD(speak.check_limit)},
    {"seed", 0, IH_OPTION_INT, "N", 0, 0x1p53, NULL, NULL,
        "random numbers of models that use them", SAY, EVERYWHERE, FIELD(speak.seed)},
    {"size", 's', IH_OPTION_STRING, "WxH", 0, 0, sizes, NULL,
        "size in pixels, a proportion such as 3:2, or a shape", DRAW, EVERYWHERE, FIELD(size)},
    {"output", 'o', IH_OPTION_STRING, "FILE", 0, 0, NULL, NULL,
        "file for the picture, in the format of its ending; - is standard output", DRAW, CLI, FIELD(output)},
    {"file", 'f', IH_OPTION_STRING, "FILE", 0, 0, NULL, NULL,
        "draw each line of this file as a prompt; - is standard input", DRAW, CLI, FIELD(file)},
    {"steps", 0, IH_OPTION_INT, "N", 0, 1000, NULL, NULL,
        "steps from noise to picture; 0 is what suits the model", DRAW, EVERYWHERE, FIELD(draw.steps)},
    {"seed", 0, IH_OPTION_INT, "N", -1, 0x1p53, NULL, NULL,
        "the same number draws the same picture again; -1 takes a new one each time", DRAW, EVERYWHERE, FIELD(draw.seed)},
    {"guidance", 'g', IH_OPTION_FLOAT, "X", 0, 50, NULL, NULL,
        "how closely the prompt is followed; 1 is without, 0 what suits the model", DRAW, EVERYWHERE, FIELD(draw.guidance)},
    {"negative", 0, IH_OPTION_STRING, "TEXT", 0, 0, NULL, NULL,
        "what to keep out of the picture", DRAW, EVERYWHERE, FIELD(draw.negative)},
    {"count", 'n', IH_OPTION_INT, "N", 1, 10000, NULL, NULL,
        "pictures of each prompt, with seeds that follow one another", DRAW, EVERYWHERE, FIELD(count)},
    {"image", 'i', IH_OPTION_STRING, "FILE", 0, 0, NULL, NULL,
        "a picture to go by; may be repeated", DRAW, CLI, FIELD(image)},
    {"strength", 0, IH_OPTION_FLOAT, "X", 0, 1, NULL, NULL,
        "below 1 the drawing starts from the first picture; 0 leaves it as it is", DRAW, EVERYWHERE, FIELD(draw.strength)},
    {"mask", 0, IH_OPTION_STRING, "FILE", 0, 0, NULL, NULL,
        "draw the first picture anew only where this one is white", DRAW, CLI, FIELD(mask)},
    {"format", 0, IH_OPTION_CHOICE, "FORMAT", 0, 0, pictures, NULL,
        "format of the picture when the file's ending does not say it", DRAW, EVERYWHERE, FIELD(format)},
    {"quality", 0, IH_OPTION_INT, "N", 1, 100, NULL, NULL,
        "of jpeg and webp", DRAW, EVERYWHERE, FIELD(quality)},
    {"preview", 0, IH_OPTION_CHOICE, "HOW", 0, 0, previews, NULL,
        "how this terminal shows the picture while it is drawn", DRAW, CLI, FIELD(preview)},
    {"preview_file", 0, IH_OPTION_STRING, "FILE", 0, 0, NULL, NULL,
        "put the picture as it is after each step into this file", DRAW, CLI, FIELD(preview_file)},
    {"sheet", 0, IH_OPTION_STRING, "FILE", 0, 0, NULL, NULL,
        "put all pictures side by side into this file, with their prompts", DRAW, CLI, FIELD(sheet)},
    {"columns", 0, IH_OPTION_INT, "N", 1, 64, NULL, NULL,
        "pictures in a row of the sheet", DRAW, CLI, FIELD(columns)},
    {"again", 0, IH_OPTION_STRING, "FILE", 0, 0, NULL, NULL,
        "draw what this picture says of itself; other options change it", DRAW, CLI, FIELD(again)},
    {"resume", 0, IH_OPTION_BOOL, NULL, 0, 0, NULL, NULL,
        "leave out the pictures of a batch that are there already", DRAW, CLI, FIELD(resume)},
    {"system", 's', IH_OPTION_STRING, "TEXT", 0, 0, NULL, NULL,
        "what the assistant is told before the conversation", CHAT, CLI, FIELD(system)},
    {"file", 'f', IH_OPTION_STRING, "FILE", 0, 0, NULL, NULL,
        "put what is in this file behind the message; - is standard input", CHAT, CLI, FIELD(file)},
    {"load", 0, IH_OPTION_STRING, "FILE", 0, 0, NULL, NULL,
        "go on with the conversation in this file", CHAT, CLI, FIELD(load)},
    {"save", 0, IH_OPTION_STRING, "FILE", 0, 0, NULL, NULL,
        "keep the conversation in this file, after each answer", CHAT, CLI, FIELD(save)},
    {"tokens", 'n', IH_OPTION_INT, "N", 0, 1e9, NULL, NULL,
        "most of an answer, thoughts included; 0 is as many as there is room for", CHAT, EVERYWHERE, FIELD(chat.tokens)},
    {"thinking", 0, IH_OPTION_BOOL, NULL, 0, 0, NULL, NULL,
        "let the model think before it answers, where it can", CHAT, EVERYWHERE, FIELD(chat.thinking)},
    {"temperature", 't', IH_OPTION_FLOAT, "T", 0, 100, NULL, NULL,
        "how freely tokens are chosen; 0 takes the likeliest", CHAT, EVERYWHERE, FIELD(chat.temperature)},
    {"top_k", 0, IH_OPTION_INT, "N", 0, 1e9, NULL, NULL,
        "choose from so many likeliest tokens; 0 is all", CHAT, EVERYWHERE, FIELD(chat.top_k)},
    {"top_p", 0, IH_OPTION_FLOAT, "P", 1e-6, 1, NULL, NULL,
        "choose from the fewest tokens that are together this likely; 1 is all", CHAT, EVERYWHERE, FIELD(chat.top_p)},
    {"min_p", 0, IH_OPTION_FLOAT, "P", 0, 1, NULL, NULL,
        "choose from tokens at least this share as likely as the first", CHAT, EVERYWHERE, FIELD(chat.min_p)},
    {"repetition_penalty", 0, IH_OPTION_FLOAT, "X", 0.01, 100, NULL, NULL,
        "above 1, tokens that were there before are less likely", CHAT, EVERYWHERE, FIELD(chat.repetition)},
    {"presence_penalty", 0, IH_OPTION_FLOAT, "X", -2, 2, NULL, NULL,
        "taken off tokens that were written", CHAT, EVERYWHERE, FIELD(chat.presence)},
    {"frequency_penalty", 0, IH_OPTION_FLOAT, "X", -2, 2, NULL, NULL,
        "taken off tokens for each time they were written", CHAT, EVERYWHERE, FIELD(chat.frequency)},
    {"stop", 0, IH_OPTION_STRING, "TEXT", 0, 0, NULL, NULL,
        "end the answer where this text begins", CHAT, CLI, FIELD(stop)},
    {"schema", 0, IH_OPTION_STRING, "FILE", 0, 0, NULL, NULL,
        "the answer is JSON that fits this JSON Schema", CHAT, CLI, FIELD(schema)},
    {"seed", 0, IH_OPTION_INT, "N", -1, 0x1p53, NULL, NULL,
        "the same number writes the same answer again; -1 takes a new one each time", CHAT, EVERYWHERE, FIELD(chat.seed)},
    {"context", 0, IH_OPTION_INT, "N", 0, 1e7, NULL, NULL,
        "tokens that a conversation can have; 0 is what the model was made for, at most 8192", CHAT, ON_MACHINE, FIELD(context)},
    {"threads", 'j', IH_OPTION_INT, "N", 0, 1024, NULL, NULL,
        "processors to use; 0 takes all", ALL, ON_MACHINE, FIELD(threads)},
    {"tier", 0, IH_OPTION_CHOICE, "TIER", 0, 0, tiers, NULL,
        "most of the processor's instructions that may be used", ALL, ON_MACHINE, FIELD(tier)},
    {"compute", 0, IH_OPTION_CHOICE, "TYPE", 0, 0, computes, NULL,
        "numbers to compute with; auto takes the fastest that is exact enough", ALL, ON_MACHINE, FIELD(compute)},
    {"stream", 0, IH_OPTION_BOOL, NULL, 0, 0, NULL, NULL,
        "live: raw samples (16-bit, mono, 16 kHz) from standard input, text as it comes", READ, CLI, FIELD(stream)},
    {"json", 0, IH_OPTION_BOOL, NULL, 0, 0, NULL, NULL,
        "one JSON object a line for other programs", ALL, CLI, FIELD(json)},
    {"quiet", 'q', IH_OPTION_BOOL, NULL, 0, 0, NULL, NULL,
        "no progress, no notes: the result and errors only", ALL, CLI, FIELD(quiet)},
};
/* clang-format on */
enum { OPTIONS = sizeof options / sizeof *options };

void ih_request_defaults(struct ih_request *r, enum ih_task task)
{
    *r = (struct ih_request){
        .task = task, .compute = IH_COMPUTE_AUTO, .count = 1, .columns = 8, .quality = 92};
    ih_transcribe_defaults(&r->transcribe);
    ih_speak_defaults(&r->speak);
    ih_draw_defaults(&r->draw);
    ih_chat_defaults(&r->chat);
    r->draw.seed = r->chat.seed = IH_SEED_NEW;
    r->preview = previews[0];
}

const struct ih_option *ih_options(int *count)
{
    *count = OPTIONS;
    return options;
}

static char plain(char c)
{
    return c == '-' ? '_' : c;
}

static bool same_name(const char *a, const char *b)
{
    while (*a && plain(*a) == plain(*b))
        a++, b++;
    return *a == 0 && *b == 0;
}

const struct ih_option *ih_option_find(const char *name, enum ih_task task)
{
    for (int i = 0; i < OPTIONS; i++)
        if ((options[i].tasks & task) && same_name(options[i].name, name))
            return &options[i];
    return NULL;
}

enum { WORD_MAX = 32 };

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* Edits that turn a into b: insert, delete, replace, swap two neighbours (Damerau's distance in its
 * restricted form). */
static int distance(const char *a, const char *b)
{
    int d[3][WORD_MAX + 1] = {{0}};
    int n = (int)strlen(a), m = (int)strlen(b);
    if (n > WORD_MAX || m > WORD_MAX)
        return WORD_MAX;
    for (int j = 0; j <= m; j++)
        d[0][j] = j;
    for (int i = 1; i <= n; i++) {
        int *row = d[i % 3], *above = d[(i + 2) % 3], *before = d[(i + 1) % 3];
        row[0] = i;
        for (int j = 1; j <= m; j++) {
            bool same = plain(a[i - 1]) == plain(b[j - 1]);
            row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + !same);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], before[j - 2] + 1);
        }
    }
    return d[n % 3][m];
}

const char *ih_closest(const char *word, const char *const *words)
{
    const char *best = NULL;
    int limit = 1 + (int)strlen(word) / 4, best_distance = limit + 1;
    for (; *words; words++) {
        int far = distance(word, *words);
        if (far < best_distance) {
            best = *words;
            best_distance = far;
        }
    }
    return best;
}

static enum ih_status unknown(
    const char *name, enum ih_task task, unsigned surface, struct ih_error *e)
{
    const char *names[OPTIONS + 1];
    int n = 0;
    for (int i = 0; i < OPTIONS; i++)
        if ((options[i].tasks & task) && (options[i].surfaces & surface))
            names[n++] = options[i].name;
    names[n] = NULL;
    const char *close = ih_closest(name, names);
    if (close)
        return err_set(
            e, IH_INVALID, "there is no option '%.40s'; did you mean '%s'?", name, close);
    return err_set(e, IH_INVALID, "there is no option '%.40s'", name);
}

static enum ih_status set_bool(
    const struct ih_option *o, void *field, const char *value, struct ih_error *e)
{
    static const char *const yes[] = {"true", "yes", "on", "1", NULL};
    static const char *const no[] = {"false", "no", "off", "0", NULL};
    for (int i = 0; yes[i]; i++) {
        if (strcmp(value, yes[i]) == 0 || strcmp(value, no[i]) == 0) {
            *(bool *)field = strcmp(value, yes[i]) == 0;
            return IH_OK;
        }
    }
    return err_set(e, IH_INVALID, "%s must be true or false, not '%.40s'", o->name, value);
}

static enum ih_status set_int(
    const struct ih_option *o, void *field, const char *value, struct ih_error *e)
{
    char *end;
    errno = 0;
    long long n = strtoll(value, &end, 10);
    if (end == value || *end || errno || (double)n < o->low || (double)n > o->high)
        return err_set(e, IH_INVALID, "%s must be a whole number from %.0f to %.0f, not '%.40s'",
            o->name, o->low, o->high, value);
    if (o->size == sizeof(uint64_t))
        *(uint64_t *)field = (uint64_t)n;
    else
        *(int *)field = (int)n;
    return IH_OK;
}

static enum ih_status set_float(
    const struct ih_option *o, void *field, const char *value, struct ih_error *e)
{
    double n;
    if (!number_read(value, &n) || n < o->low || n > o->high)
        return err_set(e, IH_INVALID, "%s must be a number from %g to %g, not '%.40s'", o->name,
            o->low, o->high, value);
    *(float *)field = (float)n;
    return IH_OK;
}

static enum ih_status not_a_choice(
    const struct ih_option *o, const char *value, size_t length, struct ih_error *e)
{
    char all[160] = "", word[WORD_MAX];
    for (int i = 0, n = 0; o->choices[i] && n < (int)sizeof all; i++)
        n += snprintf(all + n, sizeof all - (size_t)n, "%s%s", i ? ", " : "", o->choices[i]);
    snprintf(word, sizeof word, "%.*s", (int)length, value);
    const char *close = ih_closest(word, o->choices);
    return err_set(e, IH_INVALID, "%s must be one of %s, not '%s'%s%s%s", o->name, all, word,
        close ? "; did you mean '" : "", close ? close : "", close ? "'?" : "");
}

static int choice_index(const struct ih_option *o, const char *value, size_t length)
{
    for (int i = 0; o->choices[i]; i++)
        if (strncmp(o->choices[i], value, length) == 0 && o->choices[i][length] == 0)
            return i;
    return -1;
}

static enum ih_status set_choice(
    const struct ih_option *o, void *field, const char *value, struct ih_error *e)
{
    int i = choice_index(o, value, strlen(value));
    if (i < 0)
        return not_a_choice(o, value, strlen(value), e);
    if (o->size == sizeof(bool))
        *(bool *)field = i;
    else if (o->size == sizeof(int))
        *(int *)field = i;
    else
        *(const char **)field = o->choices[i];
    return IH_OK;
}

static enum ih_status set_list(
    const struct ih_option *o, void *field, const char *value, struct ih_error *e)
{
    for (const char *p = value;; p++) {
        size_t length = strcspn(p, ",");
        if (choice_index(o, p, length) < 0)
            return not_a_choice(o, p, length, e);
        p += length;
        if (!*p)
            break;
    }
    *(const char **)field = value;
    return IH_OK;
}

enum ih_status ih_option_set(
    struct ih_request *r, const char *name, const char *value, unsigned surface, struct ih_error *e)
{
    const struct ih_option *o = ih_option_find(name, r->task);
    if (!o || !(o->surfaces & surface))
        return unknown(name, r->task, surface, e);
    if (!value)
        value = o->missing;
    if (!value && o->type == IH_OPTION_BOOL)
        value = "true";
    if (!value)
        return err_set(e, IH_INVALID, "%s needs a value (%s)", o->name, o->value);
    void *field = (char *)r + o->offset;
    switch (o->type) {
    case IH_OPTION_BOOL:
        return set_bool(o, field, value, e);
    case IH_OPTION_INT:
        return set_int(o, field, value, e);
    case IH_OPTION_FLOAT:
        return set_float(o, field, value, e);
    case IH_OPTION_CHOICE:
        return set_choice(o, field, value, e);
    case IH_OPTION_LIST:
        return set_list(o, field, value, e);
    case IH_OPTION_STRING:
        *(const char **)field = value;
        return IH_OK;
    }
    return err_set(e, IH_INTERNAL, "%s has no type", o->name);
}

int ih_option_text(const struct ih_option *o, const struct ih_request *r, char *buf, size_t size)
{
    const void *field = (const char *)r + o->offset;
    const char *text = NULL;
    switch (o->type) {
    case IH_OPTION_BOOL:
        text = *(const bool *)field ? "true" : "false";
        break;
    case IH_OPTION_INT:
        if (o->size == sizeof(uint64_t) && o->low < 0)
            return snprintf(buf, size, "%lld", (long long)*(const uint64_t *)field);
        if (o->size == sizeof(uint64_t))
            return snprintf(buf, size, "%llu", (unsigned long long)*(const uint64_t *)field);
        return snprintf(buf, size, "%d", *(const int *)field);
    case IH_OPTION_FLOAT:
        return snprintf(buf, size, "%g", (double)*(const float *)field);
    case IH_OPTION_CHOICE:
        if (o->size == sizeof(bool))
            text = o->choices[*(const bool *)field];
        else if (o->size == sizeof(int))
            text = o->choices[*(const int *)field];
        else
            text = *(const char *const *)field;
        break;
    case IH_OPTION_LIST:
    case IH_OPTION_STRING:
        text = *(const char *const *)field;
        break;
    }
    return snprintf(buf, size, "%s", text ? text : "");
}
