/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INHOUSE_OPTIONS_H
#define INHOUSE_OPTIONS_H

#include "inhouse/chat.h"
#include "inhouse/draw.h"
#include "inhouse/speak.h"
#include "inhouse/transcribe.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* What a request asks for; a row of the table belongs to one of them or to several. */
enum ih_task {
    IH_TRANSCRIBE = 1 << 0,
    IH_SPEAK = 1 << 1,
    IH_DRAW = 1 << 2,
    IH_CHAT = 1 << 3,
};

/* Everything a request may say. Strings are borrowed. */
struct ih_request {
    enum ih_task task; /* the rows that ih_option_set() knows */
    struct ih_transcribe_options transcribe;
    struct ih_speak_options speak;
    struct ih_draw_options draw; /* without its pictures; a seed of IH_SEED_NEW is the program's to
                                    choose */
    struct ih_chat_options chat; /* without its messages; the seed likewise */
    const char *model;           /* name or path; null: the program's choice */
    const char *format; /* a format's name, of transcripts several with commas; null: the program's
                           choice */
    const char *output; /* folder for transcripts, file for sound and pictures; null: the program's
                           choice */
    const char *tier;   /* as in ih_engine_options */
    int compute;        /* enum ih_compute */
    int threads;
    bool stream; /* live samples instead of files */
    bool json;
    bool quiet;
    const char *file;     /* text to speak, prompts to draw, a message; "-" is standard input; null:
                             the arguments */
    const char *captions; /* file for the times of the words; null: none */
    const char *checker;  /* model that reads the sound back; "auto": the program's choice */
    int bit_rate;         /* of the sound; 0: the format's own */
    bool play;
    const char *size;         /* of a picture, as ih_draw_size() reads it; null: the model's own */
    int count;                /* pictures of each prompt */
    const char *image;        /* file of a picture to go by; the last one given */
    const char *mask;         /* file */
    int quality;              /* as in ih_picture_write_options */
    const char *preview;      /* how a terminal shows pictures */
    const char *preview_file; /* gets the picture after each step; null: none */
    const char *sheet;        /* file that gets all pictures side by side; null: none */
    int columns;              /* of the sheet */
    const char *again;        /* picture whose note says what to draw; null: none */
    bool resume;              /* leaves out pictures that are there already */
    const char *system;       /* what an assistant is told first; null: nothing */
    const char *stop;         /* a text that ends an answer; null: none */
    int context;              /* tokens of a conversation; 0: as in ih_chat_setup */
    const char *load, *save;  /* files of a conversation; null: none */
    const char *schema;       /* file of a JSON Schema; null: none */
};

#define IH_SEED_NEW UINT64_MAX

/* Fills in the defaults. */
void ih_request_defaults(struct ih_request *r, enum ih_task task);

enum ih_option_type {
    IH_OPTION_BOOL,
    IH_OPTION_INT,
    IH_OPTION_FLOAT,
    IH_OPTION_STRING,
    IH_OPTION_CHOICE, /* exactly one of choices */
    IH_OPTION_LIST,   /* some of choices, with commas between them */
};

enum ih_option_surface {
    IH_ON_COMMAND_LINE = 1 << 0,
    IH_ON_HTTP = 1 << 1,
    IH_ON_CONFIG = 1 << 2,
};

/* One row of the only table of options, from which flags, JSON fields, checks, help, manual page
 * and shell completion come. */
struct ih_option {
    const char *name; /* words joined by '_' as in JSON; a flag joins them by '-' */
    char letter;      /* short flag, or 0 */
    enum ih_option_type type;
    const char *value;          /* what the value is called in help; null for bool */
    double low, high;           /* of numbers, both allowed */
    const char *const *choices; /* ends with null; of a string: suggestions */
    const char *missing;        /* value taken when a flag is given without one; null: an error */
    const char *help;
    unsigned tasks;    /* of enum ih_task */
    unsigned surfaces; /* of enum ih_option_surface */
    size_t offset;     /* in struct ih_request */
    size_t size;       /* of the field */
};

const struct ih_option *ih_options(int *count);

/* Takes '-' for '_'. Null for a name that the task does not have. */
const struct ih_option *ih_option_find(const char *name, enum ih_task task);

/* Reads a value from text into its field. The sentence names the option, what is allowed and what
 * was given; for an unknown name it says which one is close. Only surfaces in `surface` are
 * known. */
enum ih_status ih_option_set(struct ih_request *r, const char *name, const char *value,
    unsigned surface, struct ih_error *e);

/* The field's value as text that ih_option_set() would take; "" for a null string. Returns the
 * length needed without the terminator, like snprintf. */
int ih_option_text(const struct ih_option *o, const struct ih_request *r, char *buf, size_t size);

/* The word out of `words` (ends with null) that `word` was probably meant to be, or null. */
const char *ih_closest(const char *word, const char *const *words);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
