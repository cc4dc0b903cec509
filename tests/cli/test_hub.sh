#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fetching models from a hub that breaks off, lies and refuses. Arguments: program, source, build.
set -u
program=$1 source=$2 build=$3
model=$source/tests/data/whisper-tiny-multi80
. "$source/tests/cli/hub_setup.sh"

# pull KIND EXIT-CODE WORDS-IN-THE-OUTPUT [flags]: the rest of the checks look at $work/out.
pull() {
    local kind=$1 want=$2 words=$3 code
    shift 3
    : >"$work/log"
    timeout 60 "$program" models pull "hf:test/$kind" "$@" >"$work/out" 2>&1
    code=$?
    [ "$code" = "$want" ] || complain "$kind: exit code $code instead of $want: $(cat "$work/out")"
    grep -q -- "$words" "$work/out" || complain "$kind: '$words' is not in: $(cat "$work/out")"
}
present() {
    local file
    for file in config.json generation_config.json preprocessor_config.json tokenizer.json model.safetensors; do
        cmp -s "$model/$file" "$INHOUSE_MODELS/$1/$file" || complain "$1: $file differs"
    done
    [ -e "$INHOUSE_MODELS/$1.partial" ] && complain "$1.partial was left behind"
}
absent() { [ ! -e "$INHOUSE_MODELS/$1" ] || complain "$1 appeared though it is not complete"; }

pull good 0 'good is here'
present good
[ -e "$INHOUSE_MODELS/good/pytorch_model.bin" ] && complain "a file that is not needed was fetched"
[ -e "$INHOUSE_MODELS/good/model.fp32.safetensors" ] && complain "a second set of weights was fetched"
grep -q '/resolve/0123456789abcdef0123456789abcdef01234567/' "$work/log" ||
    complain "files are not fetched from the commit that was listed"
pull good 0 'already here'
[ -s "$work/log" ] && complain "a model that is here was asked for again"
pull good 0 'good is here' --force
present good

# A server that breaks off: the file continues at the byte that is missing.
pull cut 0 'cut is here'
present cut
size=$(stat -c %s "$model/model.safetensors")
grep -q "model.safetensors .*from=$((size / 2)) " "$work/log" ||
    complain "the second request does not continue at half: $(cat "$work/log")"
# ... also in a later run of the program.
pull always 5 'broke off after 1000 of' --retries 1
absent always
[ "$(stat -c %s "$INHOUSE_MODELS/always.partial/model.safetensors.part")" = 1000 ] ||
    complain "what was fetched is not kept"
pull always 5 'broke off after 1000 of' --retries 0
grep -q 'model.safetensors .*from=1000 ' "$work/log" || complain "a second run starts over"
grep -q 'tokenizer.json' "$work/log" && complain "a second run fetches complete files again"
pull norange 0 'norange is here'
present norange
pull changed 0 'changed is here'
present changed

pull wrong 5 'wrong bytes: its SHA-256'
absent wrong
[ -e "$INHOUSE_MODELS/wrong.partial/model.safetensors.part" ] && complain "wrong bytes are kept"
pull once 0 'once is here'
present once
pull long 5 'the hub announced' --retries 1
absent long
pull slow 5 'broke off after 10 of' --retries 0 --timeout 1
absent slow

pull missing 5 'has no test/missing (404)'
pull gated 5 'HF_TOKEN'
HF_TOKEN=other pull gated 5 'the token in HF_TOKEN may not read it'
HF_TOKEN=secret pull gated 0 'gated is here'
grep -q secret "$work/out" && complain "the token is printed"
HF_TOKEN=$'secret\r\nX-Evil: 1' pull gated 2 'not a token' --force
pull busy 0 'asked too often'
present busy
pull down 5 'answered 503' --retries 1
[ "$(grep -c . "$work/log")" = 2 ] || complain "503 is not tried again once"
pull list 5 'not one'
pull loop 5 'in circles'
pull climb 0 'climb is here'
[ -z "$(find "$work" -name '*evil*')" ] || complain "a file was written outside of its folder"
pull nul 5 'not one'
absent nul
pull clash 5 'cannot lie side by side: voices and voices/af_tiny.pt' --file voices --file voices.pth
absent clash

# Models whose files lie in folders.
kokoro=$source/tests/data/kokoro-tiny
pull kokoro 0 'kokoro is here'
diff -r "$kokoro" "$INHOUSE_MODELS/kokoro" -x inhouse.json -x expected.json -x stages.safetensors >"$work/out" ||
    complain "kokoro differs: $(cat "$work/out")"
"$program" models verify kokoro >"$work/out" 2>&1 || complain "verify kokoro: $(cat "$work/out")"
"$program" models list --quiet | grep -qx kokoro || complain "kokoro is not listed"
# ... what was there before is kept and goes on, what belongs to neither a file nor a folder is not.
mv "$INHOUSE_MODELS/kokoro" "$INHOUSE_MODELS/kokoro.partial"
mkdir -p "$INHOUSE_MODELS/kokoro.partial/old/deep" "$work/outside"
touch "$INHOUSE_MODELS/kokoro.partial"/{voices/old.pt,old/deep/file,samples} "$work/outside/kept"
ln -s "$work/outside" "$INHOUSE_MODELS/kokoro.partial/link"
rm "$INHOUSE_MODELS/kokoro.partial/voices/zm_tiny.pt"
pull kokoro 0 'kokoro is here'
[ "$(grep -c /resolve/ "$work/log")" = 1 ] && grep -q 'voices/zm_tiny.pt' "$work/log" ||
    complain "files in folders are fetched again: $(cat "$work/log")"
[ "$(cd "$INHOUSE_MODELS/kokoro" && find . -mindepth 1 | sort | tr '\n' ' ')" = \
    './config.json ./inhouse.json ./kokoro-tiny.pth ./voices ./voices/af_tiny.pt ./voices/zm_tiny.pt ' ] ||
    complain "strangers stay: $(find "$INHOUSE_MODELS/kokoro")"
[ -e "$work/outside/kept" ] || complain "a link out of the folder was followed"
# A folder of an older pull that is a link is not written through.
mkdir "$INHOUSE_MODELS/kokoro.partial"
ln -s "$work/outside" "$INHOUSE_MODELS/kokoro.partial/voices"
pull kokoro 0 'kokoro is here' --force
[ -e "$work/outside/af_tiny.pt" ] && complain "a file was written through a link"
printf X | dd of="$INHOUSE_MODELS/kokoro/voices/af_tiny.pt" bs=1 seek=20 conv=notrunc 2>/dev/null
"$program" models verify kokoro >"$work/out" 2>&1
[ $? = 3 ] && grep -q 'voices/af_tiny.pt holds wrong bytes' "$work/out" ||
    complain "verify misses a changed voice: $(cat "$work/out")"
sed -i 's#voices/af_tiny.pt#../kokoro/config.json#' "$INHOUSE_MODELS/kokoro/inhouse.json"
"$program" models verify kokoro >"$work/out" 2>&1
[ $? = 3 ] && grep -q 'the record .* is damaged' "$work/out" || complain "a record leads out: $(cat "$work/out")"
"$program" models remove kokoro >/dev/null && [ ! -e "$INHOUSE_MODELS/kokoro" ] || complain "remove leaves kokoro"
pull flux 0 'flux is here'
[ "$(cd "$INHOUSE_MODELS/flux" && find . -type f | sort | tr '\n' ' ')" = "./inhouse.json ./model_index.json\
 ./scheduler/scheduler_config.json ./text_encoder/config.json ./text_encoder/model.safetensors\
 ./tokenizer/tokenizer.json ./transformer/config.json ./transformer/diffusion_pytorch_model.safetensors\
 ./vae/config.json ./vae/diffusion_pytorch_model.safetensors " ] ||
    complain "flux: $(cd "$INHOUSE_MODELS/flux" && find . -type f | sort)"

# The token stays with the hub's own host; localhost is another name than 127.0.0.1.
HF_TOKEN=secret pull redirect 0 'redirect is here'
present redirect
grep -q '^/test/redirect/.*token=Bearer secret' "$work/log" || complain "the hub did not get the token"
grep -q '^/elsewhere/.*token=-' "$work/log" || complain "the other host was not asked"
grep -q '^/elsewhere/.*secret' "$work/log" && complain "the token travelled to another host"

HF_HUB_OFFLINE=1 pull offline 5 'HF_HUB_OFFLINE'
[ -s "$work/log" ] && complain "a request was made though HF_HUB_OFFLINE is set"
HF_ENDPOINT=file:///etc pull offline 2 'HF_ENDPOINT'
HF_ENDPOINT=http://127.0.0.1:1 pull nobody 5 'connect' --retries 0
pull '../../x' 2 'is not OWNER/NAME'

# What was fetched is recorded and can be verified, shown and removed.
"$program" models verify good >"$work/out" 2>&1 || complain "verify: $(cat "$work/out")"
printf X | dd of="$INHOUSE_MODELS/good/tokenizer.json" bs=1 seek=20 conv=notrunc 2>/dev/null
"$program" models verify good >"$work/out" 2>&1
[ $? = 3 ] && grep -q 'wrong bytes' "$work/out" || complain "verify misses a changed file: $(cat "$work/out")"
rm "$INHOUSE_MODELS/once/config.json"
"$program" models verify once >"$work/out" 2>&1 && complain "verify misses a missing file"
"$program" models show cut | grep -q 'repository *test/cut' || complain "show does not tell the repository"
"$program" models remove cut >/dev/null || complain "remove fails"
[ -e "$INHOUSE_MODELS/cut" ] && complain "remove leaves the model"
"$program" models remove cut >"$work/out" 2>&1
[ $? = 3 ] || complain "removing what is not there: $(cat "$work/out")"

# A signal keeps what is there.
rm -rf "$INHOUSE_MODELS/slow.partial"
"$program" models pull hf:test/slow --timeout 20 >"$work/out" 2>&1 &
job=$!
for _ in $(seq 100); do [ -s "$INHOUSE_MODELS/slow.partial/model.safetensors.part" ] && break; sleep 0.05; done
kill -TERM $job
wait $job
code=$?
[ $code = 143 ] && grep -q 'goes on from here' "$work/out" || complain "stopped pull: $code $(cat "$work/out")"
[ -s "$INHOUSE_MODELS/slow.partial/model.safetensors.part" ] || complain "a stopped pull loses what is there"

[ $failures = 0 ] && echo "all good"
exit $((failures > 0))
