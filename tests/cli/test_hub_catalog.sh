#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Finding models in the catalog, and fetching several files of one at once. Arguments: program,
# source, build.
set -u
program=$1 source=$2 build=$3
. "$source/tests/cli/hub_setup.sh"
model=$source/tests/data/whisper-tiny-multi80

same() {
    local file
    for file in config.json generation_config.json preprocessor_config.json tokenizer.json model.safetensors; do
        cmp -s "$model/$file" "$INHOUSE_MODELS/$1/$file" || complain "$1: $file differs"
    done
}
absent() { [ ! -e "$INHOUSE_MODELS/$1" ] || complain "$1 appeared though it must not"; }

# Search.
expect 0 '^tiny .*99 .*Apache-2.0' models search whisper SW
grep -q '^tiny.en' "$work/out" && complain "an English model is found for Swahili"
expect 0 '^large-v3-turbo .*MIT' models search mit transcribe
[ "$(wc -l <"$work/out")" = 2 ] || complain "search gives more than one: $(cat "$work/out")"
expect 0 'kokoro-82m' models search speak hexgrad --quiet
expect 0 '^vad-1 .* yes ' models search voice activity
expect 3 'nothing in the catalog' models search no-such-model
expect 0 '"repo": "hexgrad/Kokoro-82M"' models search kokoro --json
expect 3 'comes with the program' models pull voice-1
expect 2 "did you mean 'kokoro'" models pull kokroo

# Several files at once: the server answers only when three are asked for together.
expect 5 'answered 503' models pull hf:test/together --name alone --parallel 1 --retries 0
absent alone
expect 0 'together is here' models pull hf:test/together
same together
expect 0 'already here' models pull hf:test/together
expect 0 'five is here' models pull hf:test/good --name five --parallel 32
same five
for n in 0 33 many; do expect 2 'from 1 to 32' models pull hf:test/good --name x --parallel $n; done
# One wrong file stops them all; the next call goes on.
expect 5 'holds wrong bytes' models pull hf:test/wrong
absent wrong

# A list that says nothing of the files: what the answers announce counts.
expect 0 'plain is here' models pull hf:test/plain
same plain
expect 0 'is sound' models verify plain
expect 5 'holds wrong bytes' models pull hf:test/lie
absent lie

# Through a proxy, which alone knows the hub's host.
: >"$work/log"
http_proxy=$HF_ENDPOINT HF_ENDPOINT=http://hub.invalid expect 0 'proxied is here' models pull hf:test/good --name proxied
same proxied
[ "$(grep -c host=hub.invalid "$work/log")" = 6 ] || complain "the proxy was passed by: $(cat "$work/log")"

# Offline, by flag and by variable.
: >"$work/log"
expect 5 'with --offline' models pull hf:test/good --name off --offline
HF_HUB_OFFLINE=1 expect 5 'HF_HUB_OFFLINE' models pull hf:test/good --name off
[ -s "$work/log" ] && complain "a request was made offline"

# A catalog of one's own, beside the folder of models or named.
digest=$(sha256sum "$model/model.safetensors" | cut -d' ' -f1)
size=$(stat -c %s "$model/model.safetensors")
mkdir -p "$HOME/.local/share/inhouse"
own=$HOME/.local/share/inhouse/catalog.json
write_own() { # REPOSITORY DIGEST SIZE
    printf '{"format": 1, "models": [{"name": "calls", "short": ["c"], "repo": "test/%s", "licence": "our own",
        "languages": ["fy"], "files": [{"name": "model.safetensors", "sha256": "%s", "size": %s}]}]}' "$@" >"$own"
}
write_own good "$digest" "$size"
expect 0 '^c .*our own' models search fy own
expect 3 "'inhouse models pull c' fetches it" models show c
expect 0 'calls is here' models pull c
same calls
expect 0 'licence *our own' models show c
mv "$own" "$work/named.json"
INHOUSE_CATALOG=$work/named.json expect 0 'already here' models pull c
expect 2 'neither in' models pull c
write_own good "${digest//[0-7]/8}" "$size"
expect 5 'is not the file that the catalog names' models pull c --name other
write_own good "$digest" 7
expect 5 'is not the file that the catalog names' models pull c --name other
write_own plain "${digest//[0-7]/8}" "$size"
expect 5 'holds wrong bytes' models pull c --name other
absent other
sed -i 's/"licence"/"license"/' "$own"
expect 3 "did you mean 'licence'" models search
expect 0 '"vad-1"' models show vad-1 --json
INHOUSE_CATALOG=/nowhere/catalog.json expect 3 '/nowhere/catalog.json' models search

[ $failures = 0 ] && echo "all good"
exit $((failures > 0))
