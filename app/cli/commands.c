/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

#include <string.h>

static const char *const models_words[] = {
    "list", "show", "pull", "verify", "remove", "quantize", NULL};
static const char *const shells[] = {"bash", "zsh", "fish", NULL};
static const char *const number_types[] = {"int8", "int4", "bf16", "f32", NULL};

/* clang-format off */
static const struct flag models_flags[] = {
    {.name = "json", .help = "for other programs: list and show as JSON"},
    {.name = "name", .value = "NAME", .help = "pull: what to call the model here"},
    {.name = "file", .value = "FILE", .help = "pull: fetch this file too; may be repeated"},
    {.name = "force", .help = "pull: fetch again what is already here"},
    {.name = "retries", .value = "N", .help = "pull: attempts after a failure without progress", .fallback = "5"},
    {.name = "timeout", .value = "SECONDS", .help = "pull: give up on a connection that is silent this long", .fallback = "30"},
    {.name = "to", .value = "TYPE", .choices = number_types, .help = "quantize: numbers to store", .fallback = "int8"},
    {.name = "output", .letter = 'o', .value = "DIR", .kind = FLAG_FOLDER, .help = "quantize: new folder for the result"},
    {.name = "quiet", .letter = 'q', .help = "no progress, no notes"},
};
static const struct flag doctor_flags[] = {
    {.name = "json", .help = "for other programs: one JSON object"},
};

static const struct command table[] = {
    {.name = "transcribe", .usage = "FILE... | -", .summary = "write down what is said in recordings",
     .argument = FLAG_FILE, .request = true, .run = run_transcribe,
     .details =
        "Reads any audio or video file (wav, mp3, flac, ogg, opus, m4a, aac, webm, mp4 ...) or standard input.\n"
        "The text goes to standard output; language, speed and warnings go to standard error.\n"
        "\n"
        "  inhouse transcribe meeting.m4a\n"
        "  inhouse transcribe -f srt,vtt -o subtitles *.mp4\n"
        "  inhouse transcribe --model small --language de --words -f verbose_json call.wav\n"
        "  arecord -q -t raw -f S16_LE -r 16000 | inhouse transcribe --stream\n"},
    {.name = "models", .usage = "list | show NAME | pull NAME | verify NAME | remove NAME | quantize NAME",
     .summary = "list, fetch, check and remove models", .words = models_words, .argument = FLAG_MODEL,
     .flags = models_flags, .flag_count = sizeof models_flags / sizeof *models_flags, .run = run_models,
     .details =
        "NAME is one of 'inhouse models list', or hf:OWNER/NAME[@REVISION] for any repository of the hub.\n"
        "Nothing is fetched unless you say pull. A pull that breaks off goes on where it stopped when it is\n"
        "run again; a model appears under its name only when every file is complete and checked.\n"
        "HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE are honoured; INHOUSE_MODELS names the folder.\n"
        "\n"
        "  inhouse models pull small\n"
        "  inhouse models pull hf:distil-whisper/distil-large-v3\n"
        "  inhouse models quantize small --to int8 -o small-int8\n"},
    {.name = "doctor", .usage = "", .summary = "what this machine has, and what is missing",
     .flags = doctor_flags, .flag_count = sizeof doctor_flags / sizeof *doctor_flags, .run = run_doctor,
     .details = "Processor, memory, models and optional programs, and how to get what is missing.\n"},
    {.name = "completion", .usage = "bash | zsh | fish", .summary = "print completion for a shell", .words = shells,
     .details =
        "  inhouse completion bash > ~/.local/share/bash-completion/completions/inhouse\n"
        "  inhouse completion zsh  > ~/.zfunc/_inhouse\n"
        "  inhouse completion fish > ~/.config/fish/completions/inhouse.fish\n"},
    {.name = "man", .usage = "", .summary = "print the manual page",
     .details = "  inhouse man | man -l -\n"},
    {.name = "version", .usage = "", .summary = "print the version", .details = ""},
    {.name = "help", .usage = "[COMMAND]", .summary = "explain a command", .details = ""},
};
/* clang-format on */

const struct command *commands(int *count)
{
    *count = sizeof table / sizeof *table;
    return table;
}

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}
