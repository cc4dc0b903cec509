#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What `inhouse draw` and `inhouse show` promise apart from how it looks: with the tests' program, whose family of
# brushes needs no weights, and at the end with models/image-1 where it is. Arguments: program, source, build.
set -u
real=$1 source=$2 program=$3/tests/inhouse-sine
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export INHOUSE_MODELS=$work/models HOME=$work HF_HUB_OFFLINE=1 LC_ALL=C.UTF-8 TERM=xterm
unset COLORTERM TERM_PROGRAM KITTY_WINDOW_ID LC_TERMINAL TMUX
cd "$work" || exit 1
mkdir -p models/brush models/slow models/tones
echo '{"model_type": "brush", "version": "3.1"}' >models/brush/config.json
echo '{"model_type": "brush", "slow": true}' >models/slow/config.json
echo '{"model_type": "sine"}' >models/tones/config.json
printf weights >models/brush/model.safetensors
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
draw() {
    local want=$1 words=$2
    shift 2
    expect "$want" "$words" draw -m brush "$@"
}
begins() {
    local bytes
    bytes=$(od -A n -t x1 -N $((${#2} / 2)) "$1" | tr -d ' \n')
    [ "$bytes" = "$2" ] || complain "$1 begins with $bytes, not $2"
}
field() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["note"][sys.argv[2]])' "$@"; }

# Help and wrong command lines.
expect 0 '' help draw
grep -q -- '-s, --size WxH' out && grep -q 'square, portrait, landscape' out || complain "help does not list --size"
grep -q -- '--voice' out && complain "help of draw lists --voice"
draw 2 'say what to draw'
draw 2 'not both' -f x.txt hello
draw 2 'the prompt is empty' '  ' -o x.png
draw 2 'size must be like 640x480' --size big hello -o x.png
draw 2 'cannot be 0x0 pixels' --size 0 hello -o x.png
draw 2 'a width of 100000 is too large' --size 100000x64 hello -o x.png
draw 2 'strength must be a number from 0 to 1' --strength 2 hello -o x.png
draw 2 'strength needs a picture' --strength 0.5 hello -o x.png
draw 2 'guidance must be 1 (none) to 50' --guidance 0.3 hello -o x.png
draw 2 'did you mean --size' --sice 64 hello
draw 2 "'xyz' is not a format of pictures: choose one of png, jpeg, webp" -o x.xyz hello
draw 2 'has no ending' -o picture hello
draw 2 'preview must be one of' --preview vt52 hello -o x.png
draw 2 'standard output takes one picture, not 3' -n 3 -o - hello
draw 2 'needs --output FILE' --json -o - hello
draw 2 'must end in .png' --sheet sheet hello
expect 3 'nowhere' draw -m nowhere hello -o x.png
expect 3 'tones cannot draw' draw -m tones hello -o x.png
yes apple | head -n 10000 | tr '\n' ' ' >long.txt
draw 2 'bytes; at most 16384 are taken' "$(cat long.txt)" -o x.png
draw 2 'not UTF-8' "$(printf 'caf\xe9')" -o x.png
[ -z "$(find . -name '*.png')" ] || complain "a wrong command line leaves $(ls)"
draw 0 'about 20 words of a prompt' "$(yes apple | head -n 30 | xargs)" -o x.png
draw 0 'steps of 8 pixels: 100x61 became 104x64' --size 100x61 hello -o x.png
draw 0 'the negative prompt does nothing' --negative dog --guidance 1 cat -o x.png

# Every format, and what it says of itself.
for name in a.png a.jpg a.webp; do
    draw 0 '64x64 · seed 7 · 5 steps in' 'ein Bär, "rot"' --seed 7 --steps 5 --negative 'a dog' -o $name
    expect 0 '' show --json $name
    cp out $name.json
    [ "$(field $name.json prompt)" = 'ein Bär, "rot"' ] || complain "$name: $(cat out)"
    [ "$(field $name.json negative) $(field $name.json seed) $(field $name.json steps)" = 'a dog 7 5' ] || complain "$name: $(cat out)"
    [ "$(field $name.json model) $(field $name.json model_version)" = 'brush 3.1' ] || complain "$name: $(cat out)"
    [ "$(field $name.json model_sha256)" = "$(printf weights | sha256sum | cut -d' ' -f1)" ] || complain "$name: the model's digest"
done
begins a.png 89504e470d0a1a0a
begins a.jpg ffd8ff
begins a.webp 52494646
draw 0 '' hello -o other.name --format webp
begins other.name 52494646
"$program" draw -m brush -q --seed 7 --steps 5 --negative 'a dog' 'ein Bär, "rot"' >piped 2>err || complain "a pipe: $(cat err)"
cmp -s piped a.png || complain "standard output differs from a file"
[ -s err ] && complain "--quiet says: $(cat err)"

# Again.
for name in a.png a.webp; do
    expect 0 '' draw --again $name -o again.${name#a.}
    cmp -s again.${name#a.} $name || complain "--again does not repeat $name"
done
expect 0 '' draw --again a.png --steps 6 --seed 8 -o changed.png
expect 0 '' show --json changed.png
[ "$(field out steps) $(field out seed) $(field out prompt)" = '6 8 ein Bär, "rot"' ] || complain "--again with flags: $(cat out)"
printf other >models/brush/model.safetensors
expect 0 'has other weights' draw --again a.png -o changed.png
expect 1 'does not say how it was drawn' draw --again "$source/tests/data/pictures/rgb.png" -o x.png
expect 1 'missing.png cannot be read' draw --again missing.png -o x.png
expect 0 '' show a.png
grep -q '^seed *7$' out && grep -q '^prompt *ein Bär, "rot"$' out || complain "show: $(cat out)"
expect 0 '' show "$source/tests/data/pictures/rgb.png"
grep -q 'says nothing of how it was made' out || complain "show without a note: $(cat out)"
expect 0 '' show "$source/tests/data/pictures/itxt.png"
grep -q 'ein Bär, 熊' out || complain "show a note of others: $(cat out)"
expect 1 'this is no picture' show "$source/README.md"
expect 1 'missing.png cannot be read' show missing.png a.png
grep -q '^seed' out || complain "show stops at a missing file"
draw 0 '' "$(printf 'evil \033]0;title\a')" -o evil.png
expect 0 '' show evil.png
grep -q "$(printf '\033')" out && complain "show lets escapes through"
expect 2 'name a picture' show
for format in wav flac mp3 opus m4a; do
    "$program" speak -m tones -l en -q 'Hello there.' -o said.$format || complain "speak"
    expect 0 '' show said.$format
    grep -q '^comment *Synthetic speech: inhouse .* model tones' out || complain "show said.$format: $(cat out)"
done
expect 0 '' show --json said.wav
grep -q '^{"seconds":[0-9.]*,"title":"Hello there.","artist":"anna","comment":"Synthetic.*"file":"said.wav"}$' out || complain "show --json said.wav: $(cat out)"

# Seeds: one that nobody chose is new each time and is said.
draw 0 '' hello -o s1.png
draw 0 '' hello -o s2.png
cmp -s s1.png s2.png && complain "the same seed twice"
draw 0 '' -n 3 --seed 40 hello -o many.png
expect 0 '' show --json many-003.png
[ "$(field out seed)" = 42 ] || complain "the third seed: $(cat out)"
[ -e many.png ] && complain "many.png is there"

# References: remembered by their digest.
draw 0 '' hello --image a.png --image a.jpg --strength 0.5 -o ref.png
expect 0 '' show --json ref.png
[ "$(field out references | tr "'" '"' | python3 -c 'import json, sys; print(*[r["name"] + " " + r["sha256"] for r in json.load(sys.stdin)])')" = \
    "a.png $(sha256sum <a.png | cut -d' ' -f1) a.jpg $(sha256sum <a.jpg | cut -d' ' -f1)" ] || complain "references: $(cat out)"
expect 0 '' draw --again ref.png -o ref2.png
cmp -s ref.png ref2.png || complain "--again with references differs"
cp a.jpg a.jpg.kept
cp changed.png a.jpg
expect 1 'is not the picture that was used' draw --again ref.png -o ref3.png
rm a.jpg
expect 1 "with the picture 'a.jpg', which is not here" draw --again ref.png -o ref3.png
mv a.jpg.kept a.jpg
draw 2 'at most 2 pictures' hello -i a.png -i a.png -i a.png -o x3.png
draw 1 'this is no picture' hello -i "$source/README.md" -o x3.png
head -c 200 a.png >cut.png
draw 1 'cut.png: the PNG is cut off' hello -i cut.png -o x3.png
printf 'GIF89a........' >x.gif
draw 1 'this is a GIF picture' hello -i x.gif -o x3.png
draw 2 'a mask needs a picture' hello --mask a.png -o x3.png
draw 0 '' hello -i a.png --mask a.webp -o masked.png
[ -e x3.png ] && complain "a failure leaves x3.png"

# A batch; a bad prompt does not keep the others from being drawn.
printf '# a comment\none cat\n\n  two cats  \r\n%s\nthree cats' "$(cat long.txt)" >prompts.txt
mkdir batch
draw 1 'prompt 3: the prompt has' -f prompts.txt -o batch/p.webp --sheet sheet.png --columns 2
[ "$(cd batch && echo *)" = 'p-001.webp p-002.webp p-004.webp' ] || complain "batch: $(ls batch)"
expect 0 '' show --json batch/p-002.webp
[ "$(field out prompt)" = 'two cats' ] || complain "batch: $(cat out)"
expect 0 '' show --json sheet.png
grep -q '"width":152,"height":196' out || complain "sheet: $(cat out)"
rm batch/p-002.webp
draw 1 '2 there already' -f prompts.txt -o batch/p.webp --resume --json
[ "$(grep -c '"file"' out)" = 2 ] && grep -q '"error":{"code":"invalid"' out || complain "--resume --json: $(cat out)"
[ -e batch/p-002.webp ] || complain "--resume leaves out what is missing"
echo 'from a pipe' | "$program" draw -m brush -f - -q >piped || complain "prompts from standard input"
begins piped 89504e47
echo 'from a pipe' | "$program" draw -m brush --seed 1 - -q >piped || complain "- for standard input"
"$program" draw -m brush --seed 1 'from a pipe' -q | cmp -s - piped || complain "a prompt from standard input differs"
: >empty.txt
draw 1 'there is no prompt in empty.txt' -f empty.txt -o x4.png
draw 1 'not text' -f a.png -o x4.png
draw 0 '' hello --json -o j.png
grep -q '^{"file":"j.png","model":"brush","prompt":"hello","seed":[0-9]*,"format":"png","width":64,"height":64,"steps":4,"seconds":' out || complain "--json: $(cat out)"

# Previews go to a file and to terminals, never into a pipe.
draw 0 '' hello --preview-file now.jpg -o j.png
begins now.jpg ffd8ff
draw 0 '' hello --preview kitty -o j.png
grep -q "$(printf '\033')" out err && complain "a preview in a pipe"
if command -v script >/dev/null; then
    for how in kitty:_Ga=T iterm:1337\;File sixel:P0\;1\;0q blocks:38\;2\;; do
        script -qec "$program draw -m brush hello --preview ${how%%:*} -o j.png" /dev/null >out </dev/null
        grep -qa "${how#*:}" out || complain "no preview by $how"
    done
    for name in drawing.png drawing-2.png; do
        script -qec "$program draw -m brush hello --preview off" /dev/null >out </dev/null
        [ -s $name ] || complain "no $name: $(cat out)"
    done
    grep -qa 'step 4/4' out || complain "no progress: $(cat out)"
fi

# A terminal that is asked what it can do: its answer decides; without one, its colours do.
python3 - "$program" >pty.log 2>&1 <<'PYTHON' || complain "asking the terminal: $(cat pty.log)"
import os, pty, select, sys, time
def run(answer, **environment):
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(environment)
        os.execv(sys.argv[1], [sys.argv[1], "draw", "-m", "brush", "hello", "-o", "asked.png"])
    seen, answered = b"", False
    while True:
        try:
            part = os.read(fd, 65536)
        except OSError:
            part = b""
        if not part:
            break
        seen += part
        if b"\033[c" in seen and answer and not answered:
            os.write(fd, answer)
            answered = True
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, seen
    return seen
sixel = run(b"\033[?62;4;22c")
assert b"\033P0;1;0q" in sixel and b"62;4" not in sixel, sixel[:200]
assert b"\033P" not in run(b"\033[?62;14;40c")
assert b"38;2;" in run(b"\033[?62;22c", COLORTERM="truecolor")
quiet = run(None)
assert b"\033P" not in quiet and b"38;2;" not in quiet, quiet
assert b"38;2;" in run(None, COLORTERM="24bit")
assert b"\033[c" not in run(None, TERM="dumb")
assert b"\033_G" in run(None, TERM="xterm-kitty")
assert b"\033_G" not in run(None, KITTY_WINDOW_ID="1", TMUX="/tmp/x")
PYTHON

# Outputs that fail leave nothing.
draw 4 'cannot be written' hello -o nowhere/x.png
mkdir small
(ulimit -f 1; trap '' XFSZ; timeout 60 "$program" draw -m brush --size 128 hello -o small/x.jpg --quality 100) >out 2>&1
code=$?
[ $code = 4 ] && [ -z "$(ls -A small)" ] || complain "a file that cannot grow: $code $(cat out) $(ls -A small)"
if [ -w /dev/full ]; then
    timeout 60 "$program" draw -m brush hello >/dev/full 2>err
    code=$?
    [ $code = 4 ] && grep -q 'No space left' err || complain "full disk: $code $(cat err)"
fi
{ timeout 60 "$program" draw -m brush --size 128 -q hello 2>err; echo $? >code; } | true
[ "$(cat code)" = 141 ] || [ "$(cat code)" = 0 ] && ! grep -q inhouse: err || complain "closed pipe: $(cat code) $(cat err)"

# A signal stops between two steps; what was drawn before stays, and nothing half drawn.
mkdir stopped
"$program" draw -m slow -n 50 --steps 2 hello -o stopped/p.png --preview-file stopped-now.png >out 2>err &
job=$!
for _ in $(seq 200); do [ -e stopped/p-001.png ] && break; sleep 0.05; done
kill -TERM $job
wait $job
code=$?
[ $code = 143 ] && grep -q 'stopped; [0-9]* of 50 drawn' err || complain "SIGTERM: exit code $code: $(cat err)"
for file in stopped/* stopped/.[!.]*; do
    [ -e "$file" ] || continue
    "$program" show "$file" >/dev/null 2>err || complain "a signal leaves $file: $(cat err)"
done

# What is generated from the tables.
"$program" completion bash >completion.bash && . ./completion.bash
COMP_WORDS=(inhouse draw --size por) COMP_CWORD=3
_inhouse
[ "${COMPREPLY[*]}" = portrait ] || complain "bash completes --size por as ${COMPREPLY[*]}"
"$program" man >inhouse.1
grep -q 'inhouse draw PROMPT' inhouse.1 && grep -q 'inhouse show FILE' inhouse.1 || complain "the manual page"

# The model that comes with the program.
"$real" draw 'a red circle' --seed 1 -o real.png 2>err || complain "image-1: $(cat err)"
begins real.png 89504e470d0a1a0a
"$real" draw --again real.png -j 1 -o real2.png 2>err || complain "image-1 again: $(cat err)"
cmp -s real.png real2.png || complain "another number of threads draws another picture"

[ $failures = 0 ] && echo "all good"
exit $((failures > 0))
