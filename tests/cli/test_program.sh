#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the program promises apart from what it recognises. Arguments: program, source, build.
set -u
program=$1 source=$2
model=$source/tests/data/whisper-tiny-multi80
audio=$source/tests/data/audio
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export INHOUSE_MODELS=$work/models HOME=$work HF_HUB_OFFLINE=1 LC_ALL=C.UTF-8
cd "$work" || exit 1
failures=0
complain() { echo "FAILED: $*"; failures=$((failures + 1)); }

# expect EXIT-CODE WORDS-ON-STANDARD-ERROR arguments...: output stays in out and err.
expect() {
    local want=$1 words=$2 code
    shift 2
    timeout 60 "$program" "$@" >out 2>err </dev/null
    code=$?
    [ "$code" = "$want" ] || complain "inhouse $*: exit code $code instead of $want: $(cat err)"
    [ -z "$words" ] || grep -q -- "$words" err || complain "inhouse $*: '$words' is not in: $(cat err)"
}
transcribe() {
    local want=$1 words=$2
    shift 2
    expect "$want" "$words" transcribe --model "$model" --vad=off --temperature-step 0 --threads 1 "$@"
}

# Help and wrong command lines.
expect 0 '' --help
grep -q '^  transcribe ' out || complain "help does not list transcribe"
expect 0 '' help transcribe
grep -q -- '-b, --beam N' out || complain "help does not list --beam"
expect 0 '' version
grep -qx 'inhouse [0-9.]*' out || complain "version: $(cat out)"
expect 2 'did you mean .transcribe' trancribe
expect 2 'did you mean --language' transcribe --langauge en x.wav
expect 2 'name a recording' transcribe
expect 2 'beam must be a whole number from 0 to 32' transcribe --beam 99 x.wav
expect 2 '--beam needs a value' transcribe x.wav --beam
expect 2 'task must be one of' transcribe --task sing x.wav
expect 2 'format must be one of' transcribe --format docx x.wav
expect 2 'need --output' transcribe --format srt,vtt x.wav
expect 2 'need --output' transcribe --format srt x.wav y.wav
expect 2 'only once' transcribe - -
expect 2 'no option -Z' transcribe -Z
expect 2 'no files' transcribe --stream x.wav
expect 2 "cannot 'lst'; did you mean 'list'" models lst
expect 2 'name of one model' models show
expect 2 'not a shell' completion tcsh

# Models that are not there.
expect 3 'models pull tiny' transcribe --model tiny x.wav
expect 3 'no model' transcribe --model nothing x.wav
expect 3 'no model at' transcribe --model ./nothing x.wav
mkdir broken && echo '{"model_type":"whisper"}' >broken/config.json
expect 3 'broken' transcribe --model ./broken x.wav
transcribe 3 'no voice activity model' --vad=nothing "$audio/tone.flac"

# Inputs.
transcribe 0 'of audio in' "$audio/tone.flac"
transcribe 0 '' --quiet "$audio/tone.flac"
[ -s err ] && complain "--quiet says: $(cat err)"
transcribe 1 'missing.wav' missing.wav
transcribe 1 'a directory, not a recording' "$work"
: >empty.wav
transcribe 1 'empty.wav' empty.wav
head -c 5000 /dev/zero >zero.wav
transcribe 1 'zero.wav' zero.wav
transcribe 2 'does not know the language' --language xx "$audio/tone.flac"
transcribe 2 "did you mean 'german'" --language germen "$audio/tone.flac"
timeout 60 "$program" transcribe -m "$model" --temperature-step 0 - <"$audio/tone.mp3" >out 2>err ||
    complain "standard input: $(cat err)"

# One bad file among several: the others are done.
transcribe 1 'missing.wav' --format srt --output results "$audio/tone.flac" missing.wav "$audio/tone.ogg"
[ -f results/tone.flac.srt ] && [ -f results/tone.ogg.srt ] || complain "results: $(ls results)"
transcribe 0 '' --format text,srt,vtt,json,verbose_json,tsv,lrc --output new/folder "$audio/tone.flac"
[ "$(find new/folder -type f | wc -l)" = 7 ] || complain "seven formats: $(ls -A new/folder)"
head -n 1 new/folder/tone.vtt | grep -qx WEBVTT || complain "vtt: $(head new/folder/tone.vtt)"
transcribe 0 '' --json "$audio/tone.flac"
grep -q '^{"file":.*"transcript":{"task":"transcribe"' out && [ "$(wc -l <out)" = 1 ] || complain "--json: $(cat out)"
transcribe 1 '' --json missing.wav
grep -q '"error":{"code":"not_found"' out || complain "--json for a failure: $(cat out)"
transcribe 0 '' --format json "$audio/tone.flac" "--phrases=a, b"

# Outputs that fail.
touch file
transcribe 4 'cannot make the folder' --output file "$audio/tone.flac"
if [ -w /dev/full ]; then
    timeout 60 "$program" transcribe -m "$model" --vad=off --temperature-step 0 -f srt "$audio/tone.flac" >/dev/full 2>err
    code=$?
    [ $code = 4 ] && grep -q 'No space left' err || complain "full disk: $code $(cat err)"
    timeout 60 "$program" --help >/dev/full 2>err
    [ $? = 4 ] || complain "help to a full disk: $(cat err)"
fi
(ulimit -f 0; trap '' XFSZ; timeout 60 "$program" transcribe -m "$model" --vad=off --temperature-step 0 -f srt \
    --output small "$audio/tone.flac") >out 2>&1
code=$?
[ $code = 4 ] && [ -z "$(ls -A small)" ] || complain "a file that cannot grow: $code $(cat out) $(ls -A small)"
{ timeout 60 "$program" transcribe -m "$model" --vad=off --temperature-step 0 -f vtt "$audio/tone.flac" 2>err; echo $? >code; } | true
[ "$(cat code)" = 141 ] && ! grep -q inhouse: err || complain "closed pipe: $(cat code) $(cat err)"

# Live input, and a signal while it waits.
vad=$source/models/vad-1/model.safetensors
[ -e "$vad" ] || vad=$source/../shared/data/vad/silero_vad_16k.safetensors
if [ -e "$vad" ]; then
    head -c 64000 /dev/zero |
        timeout 60 "$program" transcribe -m "$model" --vad="$vad" --stream --json >out 2>err ||
        complain "--stream: $(cat err)"
    mkfifo pipe
    "$program" transcribe -m "$model" --vad="$vad" --stream <pipe >out 2>err &
    job=$!
    exec 3>pipe
    head -c 32000 /dev/zero >&3
    # The file is read only when the handler is there.
    for _ in $(seq 100); do grep -q 'SigCgt:.*4003$' "/proc/$job/status" 2>/dev/null && break; sleep 0.05; done
    sleep 0.3
    kill -TERM $job
    wait $job
    code=$?
    exec 3>&-
    [ $code = 143 ] || complain "SIGTERM: exit code $code $(cat err)"
else
    echo "skipped: live input needs a voice activity model"
fi
expect 2 'vad=off' transcribe --stream --vad=off

# Everything that is generated from the tables.
"$program" completion bash >completion.bash && bash -n completion.bash || complain "bash completion"
COMPREPLY=()
. ./completion.bash
COMP_WORDS=(inhouse transcribe --be) COMP_CWORD=2
_inhouse
[ "${COMPREPLY[*]}" = "--beam --best-of" ] || [ "${COMPREPLY[*]}" = "--best-of --beam" ] ||
    [ "${COMPREPLY[*]}" = "--beam" ] || complain "bash completes --be as ${COMPREPLY[*]}"
COMP_WORDS=(inhouse transcribe --task tr) COMP_CWORD=3
_inhouse
[ "${COMPREPLY[*]}" = "transcribe translate" ] || complain "bash completes --task tr as ${COMPREPLY[*]}"
touch carried.tar
COMP_WORDS=(inhouse models import carr) COMP_CWORD=3
_inhouse
[ "${COMPREPLY[*]}" = carried.tar ] || complain "bash completes import carr as ${COMPREPLY[*]}"
COMP_WORDS=(inhouse models ev) COMP_CWORD=2
_inhouse
[ "${COMPREPLY[*]}" = evict ] || complain "bash completes models ev as ${COMPREPLY[*]}"
if command -v zsh >/dev/null; then
    "$program" completion zsh >completion.zsh && zsh -n completion.zsh || complain "zsh completion"
fi
if command -v fish >/dev/null; then
    "$program" completion fish >completion.fish && fish -n completion.fish || complain "fish completion"
fi
"$program" completion fish | grep -q "complete -c inhouse .* -l beam" || complain "fish completion has no --beam"
"$program" man >inhouse.1
if command -v man >/dev/null && man --version >/dev/null 2>&1; then
    man --warnings -l -Tutf8 inhouse.1 >out 2>err
    [ -s err ] && complain "manual page: $(cat err)"
fi
for word in transcribe '\\-\\-beam' HF_TOKEN 'EXIT STATUS'; do
    grep -q -- "$word" inhouse.1 || complain "the manual page does not mention $word"
done

# Models on this machine.
mkdir -p models && cp -r "$model" models/whisper-tiny
expect 0 '' models list --quiet
grep -qx whisper-tiny out || complain "models list: $(cat out)"
expect 0 'using whisper-tiny' transcribe --temperature-step 0 "$audio/tone.flac"
expect 0 '' transcribe --model tiny --quiet --temperature-step 0 "$audio/tone.flac"
expect 0 '' models verify tiny
expect 0 '' models quantize tiny --to int8 --output "$work/models/small8"
[ "$(stat -c %s models/small8/model.safetensors)" -lt "$(stat -c %s models/whisper-tiny/model.safetensors)" ] ||
    complain "int8 is not smaller"
expect 0 '' transcribe --model small8 --quiet --temperature-step 0 "$audio/tone.flac"
expect 2 'there already' models quantize tiny --output "$work/models/small8"
expect 2 'not a path' models remove ./models
expect 0 '' doctor
grep -q 'whisper-tiny .*ok' out || complain "doctor: $(cat out)"
expect 0 '' doctor --json
expect 0 '' models remove tiny
[ -e models/whisper-tiny ] && complain "remove leaves the folder"

[ $failures = 0 ] && echo "all good"
exit $((failures > 0))
