#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What `inhouse chat` promises, with a tiny text model of random weights: what it says means nothing, but it is
# always the same. Arguments: program, source, build.
set -u
program=$1 source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export INHOUSE_MODELS=$work/models HOME=$work HF_HUB_OFFLINE=1 LC_ALL=C.UTF-8
cd "$work" || exit 1
mkdir models && cp -r "$source/tests/data/qwen3-tiny" models/tiny
failures=0
complain() { echo "FAILED: $*"; failures=$((failures + 1)); }

# expect EXIT-CODE WORDS-ON-STANDARD-ERROR arguments...: output stays in out and err; standard input comes from in.
: >in
expect() {
    local want=$1 words=$2 code
    shift 2
    timeout 60 "$program" chat "$@" >out 2>err <in
    code=$?
    [ "$code" = "$want" ] || complain "inhouse chat $*: exit code $code instead of $want: $(cat err)"
    [ -z "$words" ] || grep -q -- "$words" err || complain "inhouse chat $*: '$words' is not in: $(cat err)"
}

# Wrong command lines, messages and models.
expect 2 "did you mean --temperature" --temprature 1 hello
expect 2 'top_p' --top-p 2 hello
expect 2 'the message is empty'
expect 2 'room for 20' --context 20 'a message that is far too long for so little room as this'
expect 1 'cannot be read' --file nowhere.txt hello
expect 3 '' --model nowhere hello

# The same seed gives the same answer; the only text model that is here needs no name.
expect 0 'tokens read' hello --seed 5 --tokens 12
cp out first
expect 0 '' hello --seed 5 --tokens 12 --quiet
cmp -s out first || complain "the same seed wrote '$(cat out)' after '$(cat first)'"
[ -s err ] && complain "--quiet says: $(cat err)"
expect 0 '' hello --seed 6 --tokens 12
cmp -s out first && complain 'another seed wrote the same'
echo hello >in
expect 0 '' --seed 5 --tokens 12
cmp -s out first || complain 'standard input is another message than an argument'
: >in

# JSON.
expect 0 '' hello --seed 5 --tokens 12 --json
python3 - "$(cat out)" "$(cat first)" <<'END' || complain "--json wrote $(cat out)"
import json, sys
got = json.loads(sys.argv[1])
assert got["content"].rstrip("\n") == sys.argv[2].rstrip("\n"), got
assert got["tokens"] == 12 and got["finish_reason"] == "length" and got["seed"] == 5 and got["model"] == "tiny", got
END

# An answer that keeps to a schema, from a model that means nothing by what it says.
echo '{"type": "object", "properties": {"colour": {"enum": ["red", "green"]}, "n": {"type": "integer"}}, "required": ["colour", "n"]}' >schema.json
for seed in 1 2 3 4 5 6; do
    expect 0 '' hello --seed "$seed" --schema schema.json --temperature 2
    python3 -c 'import json, sys
got = json.loads(sys.argv[1]); assert got["colour"] in ("red", "green") and isinstance(got["n"], int) and len(got) == 2' "$(cat out)" || complain "does not fit: $(cat out)"
done
echo '{"pattern": "a*"}' >bad.json
expect 3 'pattern' hello --schema bad.json
expect 1 'cannot be read' hello --schema nowhere.json

# A conversation goes on from its file, and is what it would have been in one go.
expect 0 '' one --seed 1 --tokens 8 --save talk.json --system 'Be brief.'
expect 0 '' two --seed 2 --tokens 8 --load talk.json --save talk.json
python3 - <<'END' || complain "talk.json is $(cat talk.json)"
import json
m = json.load(open("talk.json"))["messages"]
assert [x["role"] for x in m] == ["system", "user", "assistant", "user", "assistant"], m
assert m[0]["content"] == "Be brief." and m[1]["content"] == "one" and m[3]["content"] == "two", m
END
cp talk.json good.json
echo '{"messages": [{"role": "robot", "content": "x"}]}' >bad.json
expect 1 'message 1: its "role"' three --load bad.json
echo '{"messages": [' >bad.json
expect 1 'bad.json' three --load bad.json
expect 4 '' three --tokens 2 --save nowhere/talk.json
cmp -s talk.json good.json || complain 'talk.json changed'

# At a terminal.
if command -v script >/dev/null; then
    printf 'hello\r/again\r/system Be long.\r/save kept.json\r/what\r/new\r/save empty.json\r/quit\r' |
        timeout 60 script -qec "$program chat --tokens 6 --seed 3" /dev/null >screen 2>&1
    grep -q '/help says' screen && grep -q 'begin anew' screen || complain "the terminal shows: $(cat screen)"
    python3 - <<'END' || complain "kept.json is $(cat kept.json)"
import json
m = json.load(open("kept.json"))["messages"]
assert [x["role"] for x in m] == ["system", "user", "assistant"] and m[1]["content"] == "hello", m
assert [x["role"] for x in json.load(open("empty.json"))["messages"]] == ["system"]
END
fi

[ "$failures" = 0 ] && echo "chat: all as promised"
exit "$((failures > 0))"
