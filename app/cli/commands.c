/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "inhouse/options.h"

#include <string.h>

static const char *const models_words[] = {"list", "search", "show", "pull", "import", "bundle",
    "verify", "quantize", "evict", "remove", NULL};
static const struct after models_after[] = {
    {"pull", FLAG_KNOWN}, {"import", FLAG_FILE}, {NULL, FLAG_TEXT}};
static const struct after voices_after[] = {{"import", FLAG_FILE}, {NULL, FLAG_TEXT}};
static const char *const voices_words[] = {
    "list", "create", "show", "blend", "remove", "revoke", "export", "import", NULL};
static const char *const keys_words[] = {"create", "list", "revoke", NULL};
static const char *const deployments_words[] = {"list", "set", "remove", NULL};
static const char *const usage_formats[] = {"table", "csv", "json", NULL};
static const char *const shells[] = {"bash", "zsh", "fish", NULL};
static const char *const picture_ways[] = {
    "auto", "kitty", "iterm", "sixel", "blocks", "off", NULL};
static const char *const number_types[] = {"int8", "int4", "bf16", "f32", NULL};

/* clang-format off */
static const struct flag models_flags[] = {
    {.name = "json", .help = "for other programs: list, search and show as JSON"},
    {.name = "name", .value = "NAME", .help = "pull, import: what to call the model here"},
    {.name = "file", .value = "FILE", .help = "pull: fetch this file too; may be repeated"},
    {.name = "force", .help = "pull, import, bundle: replace what is already here"},
    {.name = "parallel", .value = "N", .help = "pull: files fetched at the same time", .fallback = "4"},
    {.name = "retries", .value = "N", .help = "pull: attempts after a failure without progress", .fallback = "5"},
    {.name = "timeout", .value = "SECONDS", .help = "pull: give up on a connection that is silent this long", .fallback = "30"},
    {.name = "offline", .help = "pull: ask no server; says what is not here"},
    {.name = "link", .help = "import: leave the files where they are and keep a link"},
    {.name = "trust", .value = "FILE", .kind = FLAG_FILE, .help = "import: public key of whoever signed the bundle"},
    {.name = "unsigned", .help = "import: take a bundle without knowing who made it"},
    {.name = "key", .value = "FILE", .kind = FLAG_FILE, .help = "bundle: private key to sign with"},
    {.name = "keep-bytes", .value = "N", .help = "evict: until at most this much is left, such as 20G"},
    {.name = "older-than", .value = "DAYS", .help = "evict: what was not used for so long"},
    {.name = "dry-run", .help = "evict: say what would go"},
    {.name = "yes", .letter = 'y', .help = "evict: do not ask"},
    {.name = "to", .value = "TYPE", .choices = number_types, .help = "quantize: numbers to store", .fallback = "int8"},
    {.name = "output", .letter = 'o', .value = "PATH", .kind = FLAG_FILE, .help = "quantize: new folder; bundle: new file"},
    {.name = "quiet", .letter = 'q', .help = "no progress, no notes"},
};
static const struct flag chat_flags[] = {
    {.name = "remote", .negatable = true, .help = "let remote models of your catalog answer where --model names one"},
    {.name = "offline", .help = "the same as --no-remote: nothing leaves this machine"},
};
static const char *const revisers[] = {"drafter", "reviewer", NULL};
#define PANEL_FLAGS \
    {.name = "file", .letter = 'f', .value = "FILE", .kind = FLAG_FILE, .help = "read the prompt from FILE; - is standard input"}, \
    {.name = "sources", .value = "FILE", .kind = FLAG_FILE, .help = "texts and recordings that the answer rests on: [1], [2] ...; may be repeated, and further ones may follow the prompt"}, \
    {.name = "tokens", .value = "N", .help = "most tokens of one answer", .fallback = "2048"}, \
    {.name = "context", .value = "N", .help = "tokens of a conversation (default: what the models have)"}, \
    {.name = "seed", .value = "N", .help = "the same number writes the same with models of this machine (default: a new one)"}, \
    {.name = "timeout", .value = "SECONDS", .help = "most that one step may take"}, \
    {.name = "budget", .value = "DOLLARS", .help = "most that all steps may cost by the models' prices"}, \
    {.name = "threads", .value = "N", .help = "processor threads; 0: all", .fallback = "0"}, \
    {.name = "remote", .negatable = true, .help = "let remote models of your catalog answer where they are named"}, \
    {.name = "offline", .help = "the same as --no-remote: nothing leaves this machine"}, \
    {.name = "json", .help = "for other programs: one JSON object"}, \
    {.name = "quiet", .letter = 'q', .help = "no progress, no report"}
static const struct flag review_flags[] = {
    {.name = "draft", .value = "MODEL", .kind = FLAG_MODEL, .help = "model that plans and drafts"},
    {.name = "review", .value = "MODEL", .kind = FLAG_MODEL, .help = "model that judges each claim"},
    {.name = "swap", .help = "the two change places"},
    {.name = "reviser", .value = "WHO", .choices = revisers, .help = "who revises", .fallback = "drafter"},
    {.name = "rounds", .value = "N", .help = "most rounds of review and revision, 1 to 5", .fallback = "1"},
    {.name = "output", .letter = 'o', .value = "FILE", .kind = FLAG_FILE, .help = "write the final there"},
    {.name = "record", .value = "FILE", .kind = FLAG_FILE, .help = "write down everything that was asked and answered"},
    {.name = "replay", .value = "FILE", .kind = FLAG_FILE, .help = "show a record again without any model, and do again what code did"},
    {.name = "speak", .value = "FILE", .kind = FLAG_FILE, .help = "say the final: wav, mp3, opus ..."},
    {.name = "draw", .value = "FILE", .kind = FLAG_FILE, .help = "the final is the description of a picture, which is drawn: png, jpg, webp"},
    PANEL_FLAGS,
};
static const struct flag council_flags[] = {
    {.name = "models", .letter = 'm', .value = "MODEL,...", .kind = FLAG_MODEL, .help = "2 to 8 models that answer"},
    {.name = "judge", .value = "MODEL", .kind = FLAG_MODEL, .help = "model that compares the answers"},
    {.name = "output", .letter = 'o', .value = "FILE", .kind = FLAG_FILE, .help = "write letter and answers there, as Markdown"},
    PANEL_FLAGS,
};
static const struct flag voices_flags[] = {
    {.name = "from", .value = "FILE", .kind = FLAG_FILE, .help = "create: 5 to 120 seconds of the voice"},
    {.name = "consent", .value = "FILE", .kind = FLAG_FILE, .help = "create: the person saying the consent sentence"},
    {.name = "who", .value = "NAME", .help = "create: the person's name, as in the sentence"},
    {.name = "company", .value = "NAME", .help = "create: who may use the voice, as in the sentence"},
    {.name = "expires", .value = "DAY", .help = "create, blend: the voice speaks until then, such as 2027-01-31"},
    {.name = "about", .value = "TEXT", .help = "create, blend: a few words for the list"},
    {.name = "model", .letter = 'm', .value = "NAME|PATH", .kind = FLAG_MODEL, .help = "model that speaks"},
    {.name = "language", .letter = 'l', .value = "CODE", .help = "create: language of the person and of the consent"},
    {.name = "check", .value = "MODEL", .kind = FLAG_MODEL, .help = "create: model that reads the consent; off reads nothing"},
    {.name = "style", .value = "STYLE", .help = "create, blend: style that the voice speaks in"},
    {.name = "speed", .letter = 's', .value = "X", .help = "create, blend: its pace", .fallback = "1"},
    {.name = "pitch", .letter = 'p', .value = "N", .help = "create, blend: semitones up or down", .fallback = "0"},
    {.name = "lexicon", .value = "FILE", .kind = FLAG_FILE, .help = "create, blend: pronunciations that belong to the voice"},
    {.name = "output", .letter = 'o', .value = "DIR", .kind = FLAG_FOLDER, .help = "export: folder for the file"},
    {.name = "force", .help = "replace a voice of the same name"},
    {.name = "json", .help = "for other programs: list and show as JSON"},
    {.name = "quiet", .letter = 'q', .help = "no notes; list: names only"},
};
static const struct flag show_flags[] = {
    {.name = "json", .help = "for other programs: one JSON object a line"},
    {.name = "preview", .value = "HOW", .choices = picture_ways, .help = "how this terminal shows the picture", .fallback = "auto"},
};
static const struct flag serve_only_flags[] = {
    {.name = "config", .letter = 'c', .value = "FILE", .kind = FLAG_FILE, .help = "read settings from this TOML file (INHOUSE_CONFIG)"},
    {.name = "print-config", .help = "print every setting with its default as such a file, and leave"},
};
#define DATA_FLAG {.name = "data", .value = "DIR", .kind = FLAG_FOLDER, .help = "the server's data folder (default: as 'inhouse serve': INHOUSE_DATA, or server.data in INHOUSE_CONFIG)"}
static const struct flag keys_flags[] = {
    DATA_FLAG,
    {.name = "admin", .help = "create: the key may see and change what belongs to others"},
    {.name = "models", .value = "NAME,...", .help = "create: only these models; a request must name one of them"},
    {.name = "voices", .value = "NAME,...", .help = "create: only these voices and voice profiles"},
    {.name = "expires", .value = "DAY", .help = "create: no use from that day on (UTC), such as 2027-01-31"},
    {.name = "quota", .value = "UNIT=N/SPAN", .help = "create: most of requests, audio_seconds, characters, megapixel_steps or tokens in a minute or a day: characters=10000/day; may be repeated"},
    {.name = "json", .help = "for other programs: create and list as JSON"},
};
static const struct flag deployments_flags[] = {
    DATA_FLAG,
    {.name = "model", .letter = 'm', .value = "NAME", .kind = FLAG_MODEL, .help = "set: the model that it stands for"},
    {.name = "concurrent", .value = "N", .help = "set: most requests of it under way at once; the next is told to come back (429)"},
    {.name = "audio-seconds", .value = "N", .help = "set: most audio of one request or live session"},
    {.name = "characters", .value = "N", .help = "set: most of a text of one request"},
    {.name = "megapixel-steps", .value = "N", .help = "set: most of one request: pictures times megapixels times steps"},
    {.name = "tokens", .value = "N", .help = "set: most of one conversation: its messages and the answer together"},
    {.name = "json", .help = "for other programs: list and set as JSON"},
};
static const struct flag usage_flags[] = {
    DATA_FLAG,
    {.name = "since", .value = "DAY", .help = "from that day on (UTC), such as 2027-01-31 (default: 30 days back)"},
    {.name = "until", .value = "DAY", .help = "up to that day (default: today)"},
    {.name = "key", .value = "NAME", .help = "of this key alone"},
    {.name = "by", .value = "WHAT,...", .help = "what is told apart: key, model, day", .fallback = "key,model,day"},
    {.name = "format", .letter = 'f', .value = "FORMAT", .choices = usage_formats, .help = "how it is written", .fallback = "table"},
};
static const struct flag doctor_flags[] = {
    {.name = "json", .help = "for other programs: one JSON object"},
};

static const struct command table[] = {
    {.name = "transcribe", .usage = "FILE... | -", .summary = "write down what is said in recordings",
     .argument = FLAG_FILE, .request = IH_TRANSCRIBE, .run = run_transcribe,
     .details =
        "Reads any audio or video file (wav, mp3, flac, ogg, opus, m4a, aac, webm, mp4 ...) or standard input.\n"
        "The text goes to standard output; language, speed and warnings go to standard error.\n"
        "\n"
        "  inhouse transcribe meeting.m4a\n"
        "  inhouse transcribe -f srt,vtt -o subtitles *.mp4\n"
        "  inhouse transcribe --model small --language de --words -f verbose_json call.wav\n"
        "  arecord -q -t raw -f S16_LE -r 16000 | inhouse transcribe --stream\n"},
    {.name = "speak", .usage = "TEXT | -f FILE | -", .summary = "say a text, to a file or aloud",
     .argument = FLAG_FILE, .request = IH_SPEAK, .run = run_speak,
     .details =
        "The format comes from the ending of --output: wav, mp3, flac, opus, aac, m4a or pcm. Without --output\n"
        "the sound goes to standard output when that is a pipe or a file, else to speech.wav here. Sound leaves\n"
        "sentence by sentence; Ctrl-C keeps what was said. Text that begins with <speak is SSML.\n"
        "\n"
        "  inhouse speak \"Good morning.\" --play\n"
        "  inhouse speak -f book.txt -o book.opus --voice anna --speed 1.1 --words book.srt\n"
        "  inhouse speak -l de --style calm \"Guten Abend.\" | aplay\n"
        "  inhouse speak -f message.ssml -o message.mp3 --check\n"},
    {.name = "draw", .usage = "PROMPT... | -f FILE | -", .summary = "draw a picture from words",
     .argument = FLAG_FILE, .request = IH_DRAW, .run = run_draw,
     .details =
        "The format comes from the ending of --output: png, jpg or webp. Without --output the picture goes to\n"
        "standard output when that is a pipe or a file, else to drawing.png here. Several pictures of one\n"
        "run are numbered: NAME-001.png. Each says how it was drawn: see 'inhouse help show'. A terminal\n"
        "that can shows the picture as it grows; Ctrl-C stops between two steps and leaves no file.\n"
        "\n"
        "  inhouse draw \"a red house on a green hill, evening\" -o house.png\n"
        "  inhouse draw \"a blue cat\" --size landscape --seed 7 -n 4 -o cat.webp\n"
        "  inhouse draw \"the same cat at night\" --image cat-001.webp --strength 0.6 -o night.png\n"
        "  inhouse draw -f prompts.txt --sheet sheet.png --columns 8\n"
        "  inhouse draw --again house.png --steps 40 -o finer.png\n"},
    {.name = "chat", .usage = "[MESSAGE...]", .summary = "talk with a text model",
     .argument = FLAG_TEXT, .request = IH_CHAT, .flags = chat_flags, .flag_count = sizeof chat_flags / sizeof *chat_flags, .run = run_chat,
     .details =
        "With a message the answer goes to standard output; without one a conversation begins, or standard\n"
        "input is the message when it is no terminal. In a conversation Ctrl-C stops an answer and keeps\n"
        "what is there; /help lists what else can be done. --model may name a remote model of your catalog.\n"
        "\n"
        "  inhouse chat \"Why is the sky blue?\"\n"
        "  inhouse chat -f report.txt \"Say this in three sentences.\"\n"
        "  inhouse chat --system \"You are a patient teacher.\" --save lesson.json\n"
        "  inhouse chat --load lesson.json --save lesson.json\n"},
    {.name = "review", .usage = "PROMPT --draft MODEL --review MODEL [--sources FILE...] | --replay RECORD", .summary = "one model drafts an answer, another reviews it",
     .argument = FLAG_FILE, .flags = review_flags, .flag_count = sizeof review_flags / sizeof *review_flags, .run = run_review,
     .details =
        "One model plans and drafts, another judges each claim, and what it objects to is revised. Quotations,\n"
        "numbers and citations are looked up in the sources by the program itself; no model overrules that.\n"
        "The final goes to standard output, the rest to standard error. Where the reviewer fails, the answer\n"
        "says that it was not reviewed. Sources are texts, or recordings, which are transcribed.\n"
        "\n"
        "  inhouse review \"What did they decide?\" --draft qwen3-4b --review qwen3-8b --sources notes.md call.m4a\n"
        "  inhouse review -f question.txt --draft qwen3-4b --review cloud --rounds 2 --record answer.json -o answer.md\n"
        "  inhouse review --replay answer.json\n"
        "  inhouse review \"a poster for a jazz night\" --draft qwen3-4b --review qwen3-8b --draw poster.png\n"},
    {.name = "council", .usage = "PROMPT --models MODEL,MODEL[,...] --judge MODEL", .summary = "several models answer, another compares the answers",
     .argument = FLAG_FILE, .flags = council_flags, .flag_count = sizeof council_flags / sizeof *council_flags, .run = run_council,
     .details =
        "All answer at the same time without knowing of each other. A judge, who is not told whose answers they\n"
        "are, writes where they agree, where they differ and what only one saw, with the numbers of sentences.\n"
        "\n"
        "  inhouse council \"Which database for a small shop?\" --models qwen3-4b,llama-3b --judge qwen3-8b\n"},
    {.name = "show", .usage = "FILE...", .summary = "what a picture or a sound says of how it was made",
     .argument = FLAG_FILE, .flags = show_flags, .flag_count = sizeof show_flags / sizeof *show_flags, .run = run_show,
     .details =
        "Prompt, seed, model and settings, as 'inhouse draw' and other programs put them into their files; on a\n"
        "terminal that can, the picture too. 'inhouse draw --again FILE' draws it once more. Of a sound, its\n"
        "title, artist and comment, where 'inhouse speak' says which voice and model made it.\n"},
    {.name = "voices", .usage = "list | create NAME | show NAME | blend NAME VOICES | remove NAME | revoke NAME | export NAME | import FILE",
     .summary = "voices that a model has, and voices of your own", .words = voices_words, .argument = FLAG_VOICE, .after = voices_after,
     .flags = voices_flags, .flag_count = sizeof voices_flags / sizeof *voices_flags, .run = run_voices,
     .details =
        "A voice of your own is a small file: how somebody sounds, and the record of that person's consent.\n"
        "A person's voice needs a clip of 5 to 120 seconds and a recording of the sentence that\n"
        "'inhouse voices create NAME --who PERSON' prints; a model that transcribes reads it. A blend of\n"
        "the model's own voices is nobody's and needs no consent. INHOUSE_VOICES names the folder.\n"
        "\n"
        "  inhouse voices create anna --who \"Anna Berg\" --from clip.wav --consent statement.wav\n"
        "  inhouse voices blend warm anna:0.7+ben:0.3 --style calm\n"
        "  inhouse voices export warm -o /media/usb\n"},
    {.name = "models", .usage = "list | search [WORDS] | show NAME | pull NAME | import PATH | bundle NAME... | verify NAME | quantize NAME | evict [NAME...] | remove NAME",
     .summary = "find, fetch, carry, check and remove models", .words = models_words, .argument = FLAG_MODEL, .after = models_after,
     .flags = models_flags, .flag_count = sizeof models_flags / sizeof *models_flags, .run = run_models,
     .details =
        "NAME is one of 'inhouse models search', or hf:OWNER/NAME[@REVISION] for any repository of the hub.\n"
        "Nothing is fetched unless you say pull. A pull that breaks off goes on where it stopped when it is\n"
        "run again; a model appears under its name only when every file is complete and checked.\n"
        "HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE are honoured; INHOUSE_MODELS names the folder and\n"
        "INHOUSE_CATALOG a file with models of your own to search and pull.\n"
        "For machines without a network, bundle puts models into one signed file, which import takes in.\n"
        "\n"
        "  inhouse models search transcribe de\n"
        "  inhouse models pull small\n"
        "  inhouse models pull hf:distil-whisper/distil-large-v3\n"
        "  inhouse models bundle small kokoro -o speech.tar --key company.key\n"
        "  inhouse models import speech.tar --trust company.pub\n"
        "  inhouse models evict --older-than 90 --keep-bytes 50G\n"
        "  inhouse models quantize small --to int8 -o small-int8\n"},
    {.name = "serve", .usage = "", .summary = "answer requests over HTTP as OpenAI's API does",
     .flags = serve_only_flags, .flag_count = sizeof serve_only_flags / sizeof *serve_only_flags, .more_flags = serve_flags, .run = run_serve,
     .details =
        "Listens on this machine only until told otherwise, and beyond it only with a key. Settings come from\n"
        "the file, then from the environment (INHOUSE_ and the flag: INHOUSE_PORT), then from flags.\n"
        "SIGTERM and Ctrl-C stop it when what is under way is answered; a second one stops it at once.\n"
        "\n"
        "  inhouse serve\n"
        "  curl http://127.0.0.1:8484/v1/audio/transcriptions -F file=@recording.mp3\n"
        "  INHOUSE_KEY=$(openssl rand -hex 24) inhouse serve --address 0.0.0.0 --port 443 \\\n"
        "      --certificate chain.pem --certificate-key key.pem\n"},
    {.name = "keys", .usage = "create NAME | list | revoke NAME", .summary = "keys that a server's clients need", .words = keys_words,
     .flags = keys_flags, .flag_count = sizeof keys_flags / sizeof *keys_flags, .run = run_keys,
     .details =
        "A key is printed once, when it is made; the data folder keeps a digest that does not give it back.\n"
        "A running server sees changes at once. As soon as there is a key, every request needs one.\n"
        "\n"
        "  inhouse keys create phone --data /srv/inhouse --models transcribe-1 --quota audio_seconds=36000/day\n"
        "  inhouse keys list\n"
        "  inhouse keys revoke phone\n"},
    {.name = "deployments", .usage = "list | set NAME | remove NAME", .summary = "names with limits that a server's clients can give as a model", .words = deployments_words,
     .flags = deployments_flags, .flag_count = sizeof deployments_flags / sizeof *deployments_flags, .run = run_deployments,
     .details =
        "A deployment stands for a model wherever a request names one. It may have the name of a model, which\n"
        "then has its limits. A running server sees changes at once; requests under way are not touched.\n"
        "\n"
        "  inhouse deployments set phone-calls --model transcribe-1 --concurrent 4 --audio-seconds 3600\n"
        "  inhouse keys create phone --models phone-calls\n"
        "  inhouse deployments list\n"
        "  inhouse deployments remove phone-calls\n"},
    {.name = "usage", .usage = "", .summary = "what a server's clients have used",
     .flags = usage_flags, .flag_count = sizeof usage_flags / sizeof *usage_flags, .run = run_usage,
     .details =
        "In natural units: requests, seconds of audio, characters, megapixels times steps, tokens.\n"
        "\n"
        "  inhouse usage --by key --since 2027-01-01\n"
        "  inhouse usage --by day,model --format csv > usage.csv\n"},
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
