#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The program draws with both families of painters, at tiny random sizes: from words, from pictures in files, with a mask.
# Arguments: program, source, build.
set -u
program=$1 data=$2/tests/data
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work HF_HUB_OFFLINE=1 LC_ALL=C.UTF-8 TERM=dumb
cd "$work" || exit 1
failures=0
complain() { echo "FAILED: $*"; failures=$((failures + 1)); }

# draw EXIT-CODE WORDS-ON-STANDARD-ERROR MODEL arguments...
draw() {
    local want=$1 words=$2 model=$data/$3 code
    shift 3
    timeout 120 "$program" draw -m "$model" "$@" >out 2>err </dev/null
    code=$?
    [ "$code" = "$want" ] || complain "draw $*: exit code $code instead of $want: $(cat err)"
    [ -z "$words" ] || grep -q -- "$words" err || complain "draw $*: '$words' is not in: $(cat err)"
}
same() { cmp -s "$1" "$2" || complain "$1 and $2 differ"; }
differ() { cmp -s "$1" "$2" && complain "$1 and $2 are the same"; }

klein=flux2-klein-tiny
for model in image1 "$klein"; do
    draw 0 '' "$model" "two red apples" -s 64x96 --steps 2 --seed 7 -o "$model.png"
    draw 0 '' "$model" "two red apples" -s 64x96 --steps 2 --seed 7 -o again.png
    draw 0 '' "$model" "two red apples" -s 64x96 --steps 2 --seed 8 -o other.png
    same "$model.png" again.png
    differ "$model.png" other.png
    draw 0 '' "$model" "two red apples" -i other.png --strength 0 --steps 2 -s 64x96 --seed 1 -o kept.png
    draw 0 '' "$model" "a frog" -i other.png --strength 0.5 --steps 2 -s 64x96 --seed 1 -o changed.png
    differ kept.png changed.png
done

# References are for one of them alone.
draw 3 'strength below 1' image1 "a frog" -i other.png --steps 2 -s 64x96 -o x.png
[ -e x.png ] && complain "a picture was left behind"
draw 0 '' "$klein" "a frog" -i other.png -i image1.png --steps 1 -s 64x64 --seed 1 -o both.png
draw 0 '' "$klein" "a frog" -i other.png --steps 1 -s 64x64 --seed 1 -o one.png
differ both.png one.png
draw 2 'at most 10 pictures' "$klein" "a frog" $(printf -- '-i other.png %.0s' {1..11}) -s 64x64 -o x.png

# A prompt that is too long is cut, and said so.
draw 0 'takes in about' image1 "$(printf 'a red apple %.0s' {1..60})" --steps 1 -s 64x64 --seed 1 -o long.png

# In fewer bits they still draw, and the program tells what they are made of. The tiny FLUX.2 has few matrices wide enough.
for model in image1 "$klein"; do
    for numbers in int8 int4; do
        "$program" models quantize "$data/$model" --to $numbers -o "small/$model-$numbers" >out 2>err
        [ $? = 4 ] || complain "quantize into a folder that is not there: $(cat out err)"
        mkdir -p small
        "$program" models quantize "$data/$model" --to $numbers -o "small/$model-$numbers" >out 2>err ||
            complain "quantize $model: $(cat err)"
        rm -f x.png
        "$program" draw -m "small/$model-$numbers" "two red apples" -s 64x80 --steps 2 --seed 7 -o x.png >out 2>err ||
            complain "draw with $model-$numbers: $(cat err)"
        [ -s x.png ] || complain "$model-$numbers drew nothing"
        rm -r small
    done
done
"$program" models quantize "$data/image1" --to int4 -q -o image1-int4 || complain "quantize image1"
"$program" models show image1-int4 >out
grep -q '^transformer .* weights in int4' out || complain "models show: $(cat out)"
"$program" models show "$data/$klein" >out
grep -q '^text_encoder 238240 weights in bf16' out || complain "models show: $(cat out)"

[ $failures = 0 ]
