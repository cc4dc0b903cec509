#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What `inhouse speak` and `inhouse voices` promise apart from how it sounds: with the tests' program, whose family
# of tones needs no weights, and at the end with models/voice-1 where it is. Arguments: program, source, build.
set -u
real=$1 source=$2 program=$3/tests/inhouse-sine
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export INHOUSE_MODELS=$work/models INHOUSE_VOICES=$work/voices HOME=$work HF_HUB_OFFLINE=1 LC_ALL=C.UTF-8
cd "$work" || exit 1
mkdir -p models/tones && echo '{"model_type": "sine"}' >models/tones/config.json
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
speak() {
    local want=$1 words=$2
    shift 2
    expect "$want" "$words" speak --model tones --language en "$@"
}
# begins FILE BYTES-AS-HEX [OFFSET]
begins() {
    local bytes
    bytes=$(od -A n -t x1 -j "${3:-0}" -N $((${#2} / 2)) "$1" | tr -d ' \n')
    [ "$bytes" = "$2" ] || complain "$1 begins with $bytes, not $2"
}

# Help and wrong command lines.
expect 0 '' help speak
grep -q -- '-v, --voice VOICE' out || complain "help does not list --voice"
grep -q -- '--beam' out && complain "help of speak lists --beam"
grep -q 'whispering, shouting' out || complain "help does not list the styles"
expect 0 '' help voices
speak 2 'give a text to speak'
speak 2 'not both' -f x.txt hello
speak 2 'speed must be a number from 0.25 to 4' --speed 9 hello
speak 2 'no option --beam' --beam 5 hello
speak 2 'did you mean --voice' --voive anna hello
speak 2 "'xyz' is not a format of sound: choose one of wav" -o x.xyz hello
speak 2 'has no ending' -o sound hello
speak 2 'format must be one of' --format wma hello
speak 2 "there is no style 'cheerfull'; did you mean 'cheerful'" --style cheerfull hello
speak 2 'words go to a file that ends in' --words x.doc hello
speak 2 'needs --output FILE' --json -o - hello
expect 2 "does not speak 'klingon'" speak -m tones -l klingon hello
expect 3 'nowhere' speak -m nowhere hello
expect 3 'cannot speak' speak -m "$source/tests/data/whisper-tiny-multi80" hello
expect 3 "no voice 'anan'.*did you mean 'anna'" speak -m tones -v anan hello
[ -z "$(find . -name '*.wav')" ] || complain "a wrong command line leaves $(ls)"

# Inputs.
speak 1 'missing.txt cannot be read' -f missing.txt
speak 1 'cannot be read' -f .
speak 1 'cannot be read' --lexicon missing.lex hello
printf 'One line.\nAnd \xff\xfe another.' >odd.txt
speak 0 '' -f odd.txt -o odd.wav
echo 'From a pipe.' | "$program" speak -m tones -q - >pipe.wav || complain "standard input"
begins pipe.wav 52494646
speak 0 'nothing to say' -o empty.wav ''
speak 0 '' -o empty2.wav -q ''
[ -s err ] && complain "--quiet says: $(cat err)"

# Every format; the file says who made it.
for format in wav flac mp3 opus aac m4a pcm; do
    speak 0 'of speech in' "Hello there. And again." -o "sound.$format"
    [ -s "sound.$format" ] || complain "$format is empty"
    [ $format = pcm ] || grep -aq 'Synthetic speech: inhouse' "sound.$format" || complain "$format does not say who made it"
done
begins sound.wav 52494646
begins sound.flac 664c6143
begins sound.mp3 494433
begins sound.opus 4f676753
begins sound.m4a 66747970 4
length=$(stat -c %s sound.wav)
[ "$(od -A n -t u4 -j 4 -N 4 sound.wav | tr -d ' ')" = $((length - 8)) ] || complain "the size in sound.wav is wrong"
speak 0 '' "Hello there. And again." -o other.name --format flac
begins other.name 664c6143
# On a pipe the length is unknown; in a file that standard output is, it is not.
"$program" speak -m tones -l en -q "Hello there. And again." | cat >piped.wav
begins piped.wav 52494646ffffffff
"$program" speak -m tones -l en -q "Hello there. And again." >redirected.wav
cmp -s <(head -c 40 redirected.wav) <(head -c 40 piped.wav) && complain "a redirected file says it is a pipe"
"$program" speak -m tones -l en -q --format pcm "Hello there. And again." >bare.pcm
cmp -s bare.pcm sound.pcm || complain "bare samples differ"
# The same words, the same samples; a voice, a pace and a style make a difference.
for flags in '-v ben' '-s 1.3' '-p 3' '--style shouting' '--volume 0.5'; do
    # shellcheck disable=SC2086
    "$program" speak -m tones -l en -q --format pcm $flags "Hello there. And again." >changed.pcm
    cmp -s changed.pcm sound.pcm && complain "$flags changes nothing"
done

# A name that nobody chose overwrites nothing.
if command -v script >/dev/null; then
    for name in speech.wav speech-2.wav; do
        script -qec "$program speak -m tones -l en 'Hello there.'" /dev/null >out
        [ -s $name ] || complain "no $name: $(cat out)"
    done
    grep -q '█\|▇\|▆' out || complain "no waveform: $(cat out)"
fi

# Words.
speak 0 '' "Hello there. And again." -o words.wav --words words.srt
grep -q '<u>Hello</u> there\.' words.srt && grep -q '^00:00:00,000 --> ' words.srt || complain "srt: $(cat words.srt)"
speak 0 '' "Hello there. And again." -o words.wav --words words.vtt
head -n 1 words.vtt | grep -qx WEBVTT || complain "vtt: $(cat words.vtt)"
speak 0 '' "Hello there. And again." -o words.wav --words words.json
python3 - words.json <<'PYTHON' 2>err || complain "json: $(cat err words.json)"
import json, sys
s = json.load(open(sys.argv[1]))["sentences"]
assert [x["text"].strip() for x in s] == ["Hello there.", "And again."], s
words = [w for x in s for w in x["words"]]
assert [w["text"] for w in words] == ["Hello", "there", "And", "again"], words
assert all(a["begin"] <= a["end"] <= b["begin"] + 1e-9 for a, b in zip(words, words[1:])), words
PYTHON
speak 0 '' --json "Hello there. And again." -o j.wav
grep -q '^{"file":"j.wav","model":"tones","format":"wav","voice":"anna","language":"en","duration":' out || complain "--json: $(cat out)"
speak 3 '' --json "Hello." -v nobody -o j2.wav
grep -q '"error":{"code":"not_found","message":"tones has no voice' out || complain "--json for a failure: $(cat out)"
[ -e j2.wav ] && complain "a failure leaves j2.wav"

# Outputs that fail.
speak 4 'cannot be written' hello -o nowhere/x.wav
(ulimit -f 1; trap '' XFSZ; timeout 60 "$program" speak -m tones -l en "Hello there." -o small/x.wav) >/dev/null 2>&1
mkdir small
(ulimit -f 1; trap '' XFSZ; timeout 60 "$program" speak -m tones -l en "Hello there, and a little more of it." -o small/x.wav) >out 2>&1
code=$?
[ $code = 4 ] && [ -z "$(ls -A small)" ] || complain "a file that cannot grow: $code $(cat out) $(ls -A small)"
if [ -w /dev/full ]; then
    timeout 60 "$program" speak -m tones -l en "Hello there." >/dev/full 2>err
    code=$?
    [ $code = 4 ] && grep -q 'No space left' err || complain "full disk: $code $(cat err)"
fi
{ timeout 60 "$program" speak -m tones -l en "Hello there." 2>err; echo $? >code; } | true
[ "$(cat code)" = 141 ] && ! grep -q inhouse: err || complain "closed pipe: $(cat code) $(cat err)"

# A signal leaves a file that is shorter and whole. The sound waits for a slow reader of its copy.
mkdir bin
cat >bin/paplay <<'PLAYER'
#!/bin/sh
head -c 96000 >heard.pcm
exec sleep 30
PLAYER
chmod +x bin/paplay
yes 'This sentence comes again and again.' | head -n 400 >long.txt
PATH=$work/bin:$PATH "$program" speak -m tones -l en -f long.txt -o stopped.flac --play --words stopped.srt >out 2>err &
job=$!
for _ in $(seq 200); do [ "$(stat -c %s heard.pcm 2>/dev/null)" = 96000 ] && break; sleep 0.05; done
sleep 0.3
kill -TERM $job
wait $job
code=$?
[ $code = 143 ] || complain "SIGTERM: exit code $code: $(cat err)"
begins stopped.flac 664c6143
[ -s stopped.srt ] || complain "a signal leaves no captions"
cat >bin/paplay <<'PLAYER'
#!/bin/sh
exec cat >heard.pcm
PLAYER
PATH=$work/bin:$PATH "$program" speak -m tones -l en --play "Hello there. And again." >out 2>err || complain "--play: $(cat err)"
cmp -s heard.pcm sound.pcm || complain "what was played differs"
PATH=$work/bin:$PATH "$program" speak -m tones -l en --play "Hello there. And again." -o played.wav -q 2>err || complain "--play -o: $(cat err)"
cmp -s played.wav sound.wav || [ "$(stat -c %s played.wav)" = "$length" ] || complain "played.wav differs"
printf '#!/bin/sh\nexit 3\n' >bin/paplay
PATH=$work/bin:$PATH timeout 60 "$program" speak -m tones -l en --play -f long.txt >out 2>err
[ $? = 4 ] && grep -q 'paplay could not play the sound' err || complain "a player that fails: $(cat err)"
# A listener in odd bites, slower than the sound is made, hears all of it in order.
cat >bin/paplay <<'PLAYER'
#!/bin/sh
while dd bs=30011 count=3 iflag=fullblock 2>/dev/null >bite && [ -s bite ]; do cat bite; sleep 0.01; done >heard.pcm
PLAYER
head -n 60 long.txt >some.txt
PATH=$work/bin:$PATH timeout 60 "$program" speak -m tones -l en --play -f some.txt -o some.pcm -q 2>err || complain "--play, slowly: $(cat err)"
cmp heard.pcm some.pcm >out 2>&1 || complain "what a slow listener hears differs: $(cat out)"
# Ctrl-C while the player takes nothing: both end at once.
printf '#!/bin/sh\necho $$ >player.pid\nexec sleep 50\n' >bin/paplay
PATH=$work/bin:$PATH env --default-signal=INT "$program" speak -m tones -l en --play -f long.txt >out 2>err &
job=$!
for _ in $(seq 200); do [ -s player.pid ] && break; sleep 0.05; done
sleep 0.5
kill -INT $job
for _ in $(seq 100); do kill -0 $job 2>/dev/null || break; sleep 0.05; done
kill -0 $job 2>/dev/null && complain "Ctrl-C does not stop the sound" && kill -KILL $job
wait $job
code=$?
[ $code = 130 ] || complain "Ctrl-C: exit code $code: $(cat err)"
kill -0 "$(cat player.pid)" 2>/dev/null && complain "the player goes on after Ctrl-C"
# aplay itself, with ALSA's device that plays nothing, and without any.
if command -v aplay >/dev/null; then
    mkdir -p alsa
    ln -sf "$(command -v aplay)" alsa/aplay
    printf 'pcm.!default { type null }\n' >null.conf
    ALSA_CONFIG_PATH=/usr/share/alsa/alsa.conf:$work/null.conf timeout 60 env PATH="$work/alsa" "$program" speak -m tones -l en --play "Hello there." >out 2>err ||
        complain "aplay to nothing: $(cat err)"
    printf 'pcm.!default { type hw card 77 }\n' >none.conf
    ALSA_CONFIG_PATH=/usr/share/alsa/alsa.conf:$work/none.conf timeout 60 env PATH="$work/alsa" "$program" speak -m tones -l en --play "Hello there." >out 2>err
    [ $? = 4 ] && grep -q 'aplay could not play the sound; is there a sound card?' err || complain "aplay without a card: $(cat err)"
else
    echo "aplay is not installed: not tried"
fi
PATH=$work/none "$program" speak -m tones -l en --play hello >out 2>err
[ $? = 4 ] && grep -q 'no program that plays sound is installed' err || complain "no player: $(cat err)"

# Voices.
expect 0 '' voices list --model tones
grep -q '^anna  *en  *tones' out || complain "voices list: $(cat out)"
expect 0 '' voices list
expect 2 "cannot 'lst'; did you mean 'list'" voices lst
expect 2 'name of one voice' voices show
expect 2 'I am Berg, and I allow the owner of this device' voices create berg --who Berg
expect 2 'Ich bin Berg und erlaube Beispiel' voices create berg --who Berg --company Beispiel --language de
"$program" speak -m tones -l en -q "$(yes 'Some more of it.' | head -n 8 | xargs)" -o clip.wav
expect 0 '' voices create berg --who Berg --from clip.wav --consent sound.wav --model tones --check off --about 'a test'
grep -q 'consent is not checked' out || complain "create: $(cat out)"
[ "$(stat -c %a voices/berg.voice.json)" = 600 ] || complain "a voice is readable by others"
expect 2 'there is a voice berg already' voices create berg --who Berg --from clip.wav --consent sound.wav -m tones --check off
expect 2 'a clip of a voice lasts 5 to 120' voices create kurz --who Berg --from sound.wav --consent sound.wav -m tones --check off
expect 2 'is no name for a voice' voices create ../x --who Berg --from clip.wav --consent sound.wav -m tones --check off
expect 1 'missing.wav' voices create x --who Berg --from missing.wav --consent sound.wav -m tones --check off
expect 0 '' voices show berg
grep -q '^person *Berg$' out && grep -q '^consent *not checked$' out || complain "show: $(cat out)"
expect 0 '' voices show berg --json
grep -q '"statement_sha256"' out && ! grep -q '"data"' out || complain "show --json: $(cat out)"
speak 0 'the consent for the voice berg was not checked' -v berg hello -o berg.wav
grep -aq 'voice berg' berg.wav || complain "berg.wav does not say whose voice it is"
expect 0 '' voices blend warm anna:0.7+ben:0.3 --model tones --style calm --expires 2099-01-01
expect 2 "a person's voice in it" voices blend mixed anna+berg --model tones
expect 2 'would have expired' voices blend old anna+ben --model tones --expires 2001-01-01
speak 0 '' -v warm hello -o warm.wav
mkdir elsewhere
expect 0 '' voices export warm --output elsewhere
expect 0 '' voices remove warm
speak 3 "no voice 'warm'" -v warm hello -o warm2.wav
speak 0 '' -v elsewhere/warm.voice.json hello -o warm2.wav
expect 0 '' voices import elsewhere/warm.voice.json
expect 2 'already' voices import elsewhere/warm.voice.json
sed -i 's/2099-01-01/2199-01-01/' elsewhere/warm.voice.json
expect 1 'does not have the SHA-256' voices import elsewhere/warm.voice.json --force
expect 0 '' voices revoke berg
speak 2 'the voice berg was revoked on' -v berg hello -o berg2.wav
expect 0 '' voices list --quiet
[ "$(grep -xE 'berg|warm' out | xargs)" = 'berg warm' ] || complain "voices list --quiet: $(cat out)"
expect 0 '' voices list --json
echo '{' >voices/broken.voice.json
expect 0 'broken.voice.json: not valid JSON' voices list
expect 2 'not a path' voices remove ../x
expect 1 "no voice of your own called 'nobody'" voices remove nobody

# What is generated from the tables.
"$program" completion bash >completion.bash && . ./completion.bash
COMP_WORDS=(inhouse speak --sty) COMP_CWORD=2
_inhouse
[ "${COMPREPLY[*]}" = "--style --style-degree" ] || complain "bash completes --sty as ${COMPREPLY[*]}"
COMP_WORDS=(inhouse speak --style whi) COMP_CWORD=3
_inhouse
[ "${COMPREPLY[*]}" = whispering ] || complain "bash completes --style whi as ${COMPREPLY[*]}"
"$program" man >inhouse.1
grep -q 'inhouse speak TEXT' inhouse.1 && grep -q INHOUSE_VOICES inhouse.1 || complain "the manual page"

# The model that comes with the program.
if [ -e "$source/models/voice-1/model.safetensors" ]; then
    "$real" speak -l en 'This is a test of speaking.' -o real.wav 2>err || complain "voice-1: $(cat err)"
    "$real" transcribe -q -l en real.wav >text 2>err || complain "reading it back: $(cat err)"
    [ -s text ] || complain "nothing is heard in what voice-1 says"
    "$real" speak -l en --check 'This is a test of speaking.' -o checked.wav 2>err || complain "--check: $(cat err)"
    grep -q 'read back as' err || complain "--check: $(cat err)"
else
    echo "skipped: models/voice-1 is not there"
fi

[ $failures = 0 ] && echo "all good"
exit $((failures > 0))
