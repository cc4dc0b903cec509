#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Taking in models that are on the machine already, and making room again. Arguments: program,
# source, build.
set -u
program=$1 source=$2 build=$3
. "$source/tests/cli/hub_setup.sh"
model=$source/tests/data/whisper-tiny-multi80
audio=$source/tests/data/audio
nothing_left() {
    local left
    left=$(find "$INHOUSE_MODELS" -name '*.partial*' 2>/dev/null)
    [ -z "$left" ] || complain "$1: left behind: $left"
}

# A folder with further copies of the weights, which stay where they are.
mkdir -p "$work/from/nested/deep"
cp "$model"/*.json "$model/model.safetensors" "$work/from"
touch "$work/from"/{pytorch_model.bin,flax_model.msgpack,.hidden,notes.txt,nested/card.txt,nested/deep/x}
expect 0 'mine is here' models import "$work/from" --name mine
[ "$(cd "$INHOUSE_MODELS/mine" && find . -type f | sort | tr '\n' ' ')" = \
    "$(cd "$work/from" && { ls ./*.json ./model.safetensors ./notes.txt; echo ./nested/card.txt; echo ./inhouse.json; } |
        sort | tr '\n' ' ')" ] || complain "import keeps the wrong files: $(find "$INHOUSE_MODELS/mine")"
expect 0 'every file has the SHA-256' models verify mine
expect 3 'already here' models import "$work/from" --name mine
expect 0 'mine is here' models import "$work/from" --name mine --force
nothing_left force
expect 0 'from is here' models import "$work/from"

# A hub's own store: files are links, and the path tells the repository and the commit.
commit=0123456789abcdef0123456789abcdef01234567
stored=$work/hub/models--openai--whisper-tiny
mkdir -p "$stored/blobs" "$stored/snapshots/$commit"
for file in "$model"/*.json "$model/model.safetensors"; do
    cp "$file" "$stored/blobs/blob-$(basename "$file")"
    ln -s "../../blobs/blob-$(basename "$file")" "$stored/snapshots/$commit/$(basename "$file")"
done
expect 0 'whisper-tiny is here' models import "$stored/snapshots/$commit"
[ -z "$(find "$INHOUSE_MODELS/whisper-tiny" -type l)" ] || complain "links were imported as links"
expect 0 "commit *$commit" models show tiny
grep -q 'repository *openai/whisper-tiny' "$work/out" || complain "the repository is lost: $(cat "$work/out")"

# A link to the folder where it is; removing it leaves the folder.
expect 0 'linked is here' models import "$work/from" --name linked --link
[ -L "$INHOUSE_MODELS/linked" ] || complain "--link copies"
expect 0 'is sound' models verify linked
expect 3 'is that model already' models import "$INHOUSE_MODELS/linked" --name linked --link --force
expect 3 'is that model already' models import "$INHOUSE_MODELS/mine" --force
expect 0 'removed linked' models remove linked
[ -e "$work/from/config.json" ] && [ -e "$INHOUSE_MODELS/mine/config.json" ] || complain "removing a link removes the model"

# One file.
expect 0 'ggml-tiny-f16 is here' models import "$source/tests/data/ggml-tiny/ggml-tiny-f16.bin"
expect 0 'ggml-tiny-f16' models list --quiet
expect 0 'is sound' models verify ggml-tiny-f16

# A GGUF file says what it is.
expect 0 'words-1.5 is here' models import "$source/tests/data/gguf/qwen3.gguf" --name words-1.5
[ -f "$INHOUSE_MODELS/words-1.5.gguf" ] || complain "the file is not called words-1.5.gguf"
expect 0 'words-1.5 .* yours .* qwen3 .*[0-9] in bf16' models list
expect 0 'context *256 tokens' models show words-1.5
grep -q 'type *qwen3' "$work/out" && grep -q 'vocabulary *640' "$work/out" && grep -q 'network *[0-9]* weights in bf16, ' "$work/out" ||
    complain "show: $(cat "$work/out")"
expect 0 '"type": "qwen3"' models show words-1.5 --json
python3 - "$work/out" <<'END' || complain "show --json: $(cat "$work/out")"
import json, sys
m = json.load(open(sys.argv[1]))
assert (m["context"], m["vocabulary"], m["numbers"]) == (256, 640, "bf16"), m
assert m["weights"] == m["parts"][0]["weights"] == 213824 and m["bytes"] == m["parts"][0]["bytes"] > 2 * 213824, m
END
expect 0 'is sound' models verify words-1.5
printf GGUFxxxx >"$INHOUSE_MODELS/broken.gguf"
expect 0 'broken .* gguf' models list
expect 3 'broken.gguf' models verify broken
rm "$INHOUSE_MODELS/broken.gguf"

# What is no model, or not what its record says, is refused, and nothing of it stays.
mkdir "$work/empty"
expect 3 'not a model' models import "$work/empty"
expect 1 'No such file' models import "$work/nowhere"
expect 3 'neither a bundle' models import "$model/config.json"
expect 1 'neither a file' models import /dev/null
expect 2 'takes one folder' models import a b
expect 2 'cannot be the name' models import "$work/from" --name a/b
expect 2 'cannot be the name' models import "$work/from" --name ../b
expect 2 'cannot be the name' models import "$work/from" --name x.partial
cp -r "$INHOUSE_MODELS/mine" "$work/changed"
printf X | dd of="$work/changed/model.safetensors" bs=1 seek=40000 conv=notrunc 2>/dev/null
expect 3 'holds wrong bytes' models import "$work/changed"
rm "$work/changed/model.safetensors"
cp "$model/model.safetensors" "$work/changed" && rm "$work/changed/notes.txt"
expect 3 'lacks notes.txt' models import "$work/changed"
head -c 100000 "$model/model.safetensors" >"$work/from/model.safetensors"
expect 3 'model.safetensors' models import "$work/from" --name torn
for name in empty changed torn; do [ -e "$INHOUSE_MODELS/$name" ] && complain "$name was imported"; done
nothing_left refused

# Evicting: what was pulled goes, the least recently used first; what has been imported, only by name.
rm -rf "$INHOUSE_MODELS"
for name in old middle new; do expect 0 'is here' models pull hf:test/good --name $name; done
cp -r "$model" "$INHOUSE_MODELS/own"
days_ago() { mkdir -p "$INHOUSE_MODELS/.used"; touch -d "$2 days ago" "$INHOUSE_MODELS/$1" "$INHOUSE_MODELS/.used/$1"; }
days_ago old 40 && days_ago middle 20 && days_ago new 10 && days_ago own 90
is_here() { [ "$("$program" models list --quiet | grep -xc -e old -e middle -e new -e own)" = "$1" ] || complain "$2: $("$program" models list --quiet)"; }
expect 2 'evict needs' models evict
expect 2 'such as 20G' models evict --keep-bytes many
expect 2 'number of days' models evict --older-than soon
expect 0 '^old$' models evict --older-than 30 --dry-run --quiet
[ "$(cat "$work/out")" = old ] || complain "more than the old one would go: $(cat "$work/out")"
expect 0 '^middle ' models evict --older-than 15 --dry-run
is_here 4 "--dry-run removes"
expect 2 'nobody can be asked' models evict --older-than 30
is_here 4 "removed without asking"
expect 0 'nothing to evict' models evict --older-than 100
expect 0 'nothing to evict' models evict --keep-bytes 1T
bytes() { (cd "$INHOUSE_MODELS" && find "$@" -type f -printf '%s\n') | awk '{ n += $1 } END { print n }'; }
# own is not evicted, but it counts.
expect 0 'removed old' models evict --keep-bytes $(($(bytes old middle new own) - 1)) --yes
is_here 3 "--keep-bytes"
[ -e "$INHOUSE_MODELS/.used/old" ] && complain "the stamp of a model that is gone stays"
# Opening a model is using it.
"$program" transcribe --model middle --quiet "$audio/tone.flac" >"$work/out" 2>&1 || complain "transcribe: $(cat "$work/out")"
expect 0 '^new$' models evict --keep-bytes "$(bytes middle own)" --dry-run --quiet
[ "$(cat "$work/out")" = new ] || complain "too much would go: $(cat "$work/out")"
expect 0 '^new$' models evict --older-than 5 --keep-bytes 0 --dry-run --quiet
[ "$(cat "$work/out")" = new ] || complain "what was just used would go: $(cat "$work/out")"
expect 0 'removed middle' models evict middle --yes
expect 3 'came with the program' models evict vad-1 --yes
expect 3 'no model .nobody' models evict nobody --yes
expect 0 'removed new' models evict --keep-bytes 0 -y
is_here 1 "--keep-bytes 0"
expect 0 'removed own' models evict own --yes
is_here 0 "by name"
nothing_left evicted

[ $failures = 0 ] && echo "all good"
exit $((failures > 0))
