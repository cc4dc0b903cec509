#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The built-in models on real sound: the recording that the demo reads, in every form. Arguments: program, source.
set -u
program=$1 source=$2
model=$source/models/transcribe-1
sound=$model/sample.wav
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export INHOUSE_MODELS=$work/models HOME=$work HF_HUB_OFFLINE=1 LC_ALL=C.UTF-8
cd "$work" || exit 1
failures=0
complain() { echo "FAILED: $*"; failures=$((failures + 1)); }

# Lower-case words of standard input on one line.
words() { tr -c "[:alnum:]'" ' ' | tr '[:upper:]' '[:lower:]' | xargs; }
said=$(words <"$model/sample.txt")

# The default model, detector and language detection together read the recording.
"$program" transcribe "$sound" >text 2>err || complain "transcribe: $(cat err)"
[ "$(words <text)" = "$said" ] || complain "heard '$(words <text)', said '$said'"
grep -q 'English' err || complain "the language is not told: $(cat err)"
grep -q 'recordings of' err || complain "the limits of the model are not told: $(cat err)"

# The same from every tier, from a pipe, and cut into pieces by the detector or not.
for tier in avx2 avx512 all; do
    "$program" transcribe -q --tier "$tier" "$sound" >out 2>err || complain "$tier: $(cat err)"
    [ "$(words <out)" = "$said" ] || complain "$tier heard '$(words <out)'"
done
"$program" transcribe -q - <"$sound" >out 2>err
cmp -s text out || complain "from a pipe: $(cat out err)"

# Every word has a time; they grow and lie inside the recording.
length=$((($(stat -c %s "$sound") - 44) / 32))
"$program" transcribe -q --words -f tsv "$sound" >out 2>err || complain "--words: $(cat err)"
[ "$(tail -n +2 out | cut -f 3 | words)" = "$said" ] || complain "--words heard '$(cut -f 3 out | words)'"
tail -n +2 out | awk -F'\t' -v most="$length" '
    $1 < last || $2 < $1 || $2 > most { print "bad time: " $0; bad = 1 } { last = $1 } END { exit bad }' ||
    complain "--words"

# Live: partial texts first, then the final one.
tail -c +45 "$sound" | "$program" transcribe --stream --json >out 2>err || complain "--stream: $(cat err)"
grep -q '"type":"partial"' out || complain "no partial text: $(cat out)"
final=$(grep '"type":"segment"' out | sed -E 's/.*"text":"([^"]*)".*/\1/' | words)
[ "$final" = "$said" ] || complain "live: '$final'"

[ $failures = 0 ] && echo "all good"
exit $((failures > 0))
