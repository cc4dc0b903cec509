#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `inhouse review` and `inhouse council` promise, with remote models that answer by a script. Arguments: program, source, program with tones and
brushes. Runs in a folder of its own."""

import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fake_provider import Provider

program, source, _ = sys.argv[1:4]
failures = []

BRIDGE = 'The bridge over the Elbe was opened in 1893 and is 226 metres long. Its engineer said: "I have built it for two hundred years." It is painted blue.\n'
DRAFT = 'The bridge was opened in 1983 [1]. Its engineer said "It will last for a thousand years" [1]. It is ugly [7].'
FINAL = 'The bridge was opened in 1893 [1]. Its engineer said "I have built it for two hundred years." [1] It is blue [1].'


def check(what, good, more=""):
    if not good:
        failures.append(what)
        print(f"FAILED: {what} {more}")


def catalog(provider, *names, **more):
    models = [
        {"name": n, "task": "chat", "remote": {"api": "openai", "url": f"http://127.0.0.1:{provider.port}/v1", "model": n, "tries": 1, "read_price": 1, "write_price": 2, **more}} for n in names
    ]
    with open("catalog.json", "w") as f:
        json.dump({"format": 1, "models": models}, f)
    os.environ["INHOUSE_CATALOG"] = os.path.abspath("catalog.json")


begun = 0


def use(provider, rules):
    """From here on these rules, and asked() says what was asked since."""
    global begun
    begun = len(provider.requests())
    provider.set(rules)


def asked(provider):
    return provider.requests()[begun:]


def run(*args, code=0, stdin=None):
    got = subprocess.run([program, *args], input=stdin, capture_output=True, text=True, timeout=120)
    check(f"inhouse {' '.join(args)}: exit code {got.returncode}, not {code}", got.returncode == code, got.stderr)
    return got


def verdict(each, missing=(), **more):
    words = {"k": "keep", "c": "change", "r": "remove"}
    claims = [{"claim": i + 1, "grounded": "yes", "citation": "right", "consistent": "yes", "reason": f"reason {i + 1}", "verdict": words[v]} for i, v in enumerate(each)]
    return {"claims": claims, "missing": list(missing), "summary": "so so", **more}


def script(draft=DRAFT, judged=None, final=FINAL):
    """ann plans, drafts and revises; ben judges."""
    return [
        {"model": "ann", "last": "Plan the answer", "answer": "1. opened in 1893 [1]"},
        {"model": "ann", "last": "Write the whole", "answer": final},
        {"model": "ann", "answer": draft},
        {"model": "ben", "answer": judged or verdict("kkr", ["its colour"])},
    ]


def reviews(provider):
    args = ("review", "When was the bridge built?", "--draft", "ann", "--review", "ben", "--sources", "bridge.txt")
    use(provider, script())
    got = run(*args, "--record", "record.json")
    check("the final goes to standard output", got.stdout == FINAL + "\n", got.stdout)
    for words in ("✗ 1", "✗ 3", "remove: reason 3", "1983", "thousand years", "[7]", "missing: its colour", "From the draft to the final", "revise 1", "ann", "$0.0000"):
        check(f"the report has '{words}'", words in got.stderr, got.stderr)
    check("nothing that a terminal alone understands", "\x1b" not in got.stderr)
    requests = asked(provider)
    check("four requests", len(requests) == 4, len(requests))
    last = requests[2]["body"]
    check("the reviewer is held to a schema", last.get("response_format", {}).get("type") == "json_schema", last.keys())
    check("and told what code found", "1983" in last["messages"][-1]["content"] and "no source" in last["messages"][-1]["content"])

    # The record, shown again without any model.
    record = json.load(open("record.json"))
    check("the record has it all", record["version"] == 1 and record["final"] == FINAL and record["draft"] == DRAFT and record["sources"][0]["text"] == BRIDGE)
    check("with requests and answers", record["steps"][1]["answer"] == DRAFT and record["steps"][1]["request"]["messages"])
    again = run("review", "--replay", "record.json")
    check("a replay shows the same", again.stdout == FINAL + "\n" and "✗ 3" in again.stderr)
    check("and says that code agrees", "is what the record says" in again.stderr, again.stderr)
    check("and asks nobody", len(asked(provider)) == 4)
    record["final"] = "The bridge is made of gold [1]."
    json.dump(record, open("forged.json", "w"))
    check("a forged record is told", "is not what the record says" in run("review", "--replay", "forged.json", code=1).stderr)
    check("JSON of a replay", json.loads(run("review", "--replay", "record.json", "--json").stdout)["same"] is True)
    open("broken.json", "w").write('{"version": 1')
    check("a broken record", "broken.json: line 1" in run("review", "--replay", "broken.json", code=1).stderr)
    open("broken.json", "w").write('{"version": 2}')
    check("another version", "version 2" in run("review", "--replay", "broken.json", code=1).stderr)
    open("broken.json", "w").write("[]")
    run("review", "--replay", "broken.json", code=1)
    run("review", "--replay", "nowhere.json", code=1)
    run("review", "--replay", "record.json", "a prompt", code=2)

    # For other programs, and into a file.
    use(provider, script())
    whole = json.loads(run(*args, "--json").stdout)
    check("JSON", whole["reviewed"] and whole["final"] == FINAL and whole["rounds"][0]["claims"][0]["objected"] and "prompt" not in whole, list(whole))
    check("tokens and dollars", whole["totals"]["prompt_tokens"] == 40 and abs(whole["totals"]["cost"] - 80e-6) < 1e-9, whole["totals"])
    use(provider, script())
    got = run(*args, "-o", "final.md", "--quiet")
    check("-o", open("final.md").read() == FINAL + "\n" and got.stdout == "" and got.stderr == "", got)

    # Agreement.
    use(provider, script(FINAL, verdict("kkk")))
    got = run(*args)
    check("nothing to revise", got.stdout == FINAL + "\n" and "✓ 1" in got.stderr and "revise" not in got.stderr and "From the draft" not in got.stderr, got.stderr)

    # The roles swap; the reviewer revises; rounds.
    use(provider, [dict(r, model={"ann": "ben", "ben": "ann"}[r["model"]]) for r in script()])
    check("--swap", run(*args, "--swap").stdout == FINAL + "\n")
    rules = script()
    rules[1]["model"] = "ben"
    use(provider, [rules[1], *rules])
    check("--reviser reviewer", run(*args, "--reviser", "reviewer").stdout == FINAL + "\n")
    use(provider, [{"model": "ben", "times": 1, "answer": verdict("kkr")}, {"model": "ben", "answer": verdict("kkk")}, *script()])
    got = json.loads(run(*args, "--rounds", "3", "--json").stdout)
    check("rounds until they agree", got["agreed"] and len(got["rounds"]) == 2, got["rounds"])

    # The prompt from a file and from standard input, several sources.
    open("prompt.txt", "w").write("When was the bridge built?\n")
    open("river.md", "w").write("The Elbe is 1094 kilometres long.\n")
    use(provider, script())
    run("review", "-f", "prompt.txt", "--draft", "ann", "--review", "ben", "--sources", "bridge.txt", "river.md")
    text = asked(provider)[0]["body"]["messages"][-1]["content"]
    check("both sources are shown", "Source [1] bridge.txt" in text and "Source [2] river.md" in text and "1094" in text, text)
    use(provider, script())
    run("review", "-", "--draft", "ann", "--review", "ben", stdin="When was the bridge built?")
    check("standard input", "When was the bridge built?" in asked(provider)[0]["body"]["messages"][-1]["content"])


def degrades(provider):
    args = ("review", "When was the bridge built?", "--draft", "ann", "--review", "ben", "--sources", "bridge.txt")
    for rule, words in (
        ({"status": 500, "message": "out of order"}, "not reviewed:"),
        ({"answer": "I like it."}, "not reviewed: ben"),
        ({"bad": "cut"}, "not reviewed:"),
        ({"bad": "json"}, "not reviewed:"),
        ({"answer": ""}, "not reviewed:"),
    ):
        use(provider, [{"model": "ben", **rule}, *script()])
        got = run(*args)
        check(f"{rule} leaves the draft", got.stdout == DRAFT + "\n", got)
        check(f"{rule} is told", "NOT REVIEWED" in got.stderr and words in got.stderr, got.stderr)
        check(f"{rule} and code's findings all the same", "thousand years" in got.stderr, got.stderr)
        use(provider, [{"model": "ben", **rule}, *script()])
        check(f"{rule} is told to the quiet", "NOT REVIEWED" in run(*args, "--quiet").stderr)
    use(provider, [{"model": "ben", "wait": 30}, *script()])
    got = run(*args, "--timeout", "1")
    check("a slow reviewer", "NOT REVIEWED" in got.stderr and "ben" in got.stderr, got.stderr)
    use(provider, [{"model": "ben", "times": 1, "answer": "Well."}, *script()])
    got = run(*args)
    check("a second try", got.stdout == FINAL + "\n" and "review 1, again" in got.stderr, got.stderr)
    use(provider, script())
    got = run(*args, "--budget", "0.00003")
    check("a budget that is spent", "the budget of $0.0000 is spent" in got.stderr and got.stdout == DRAFT + "\n", got.stderr)
    use(provider, [{"model": "ann", "status": 500, "message": "out of order"}])
    check("no draft is an error", run(*args, code=5).stdout == "")


def wrong_lines(provider):
    base = ("review", "x", "--draft", "ann", "--review", "ben")
    use(provider, script())
    for args, code, words in (
        (("review", "x", "--draft", "ann"), 2, "--review"),
        (("review", "--draft", "ann", "--review", "ben"), 2, "give a prompt"),
        (("review", " ", "--draft", "ann", "--review", "ben"), 2, "the prompt is empty"),
        ((*base, "--rounds", "6"), 2, "from 1 to 5"),
        ((*base, "--rounds", "0"), 2, "from 1 to 5"),
        ((*base, "--reviser", "nobody"), 2, "drafter or reviewer"),
        ((*base, "--timeout", "no"), 2, "--timeout"),
        ((*base, "--budget", "-1"), 2, "--budget"),
        ((*base, "more", "words"), 2, "one argument too many"),
        ((*base, "--sources", "nowhere.txt"), 1, "nowhere.txt cannot be read"),
        ((*base, "--sources", "empty.txt"), 1, "there is no word in it"),
        ((*base, "--sources", "."), 1, "cannot be read"),
        ((*base, "--sources", "noise.bin"), 1, "noise.bin"),
        ((*base, "-o", "no/where.txt"), 4, "no/where.txt"),
        ((*base, "--record", "no/where.json"), 4, "no/where.json"),
        ((*base, "--speak", "x.exe"), 2, "exe"),
        ((*base, "--draw", "x.exe"), 2, "exe"),
        ((*base, "--offline"), 5, "remote"),
        (("review", "x", "--draft", "ann", "--review", "nobody"), 3, "nobody"),
        (("council", "x", "--models", "ann,ben"), 2, "--judge"),
        (("council", "x", "--models", "ann", "--judge", "ben"), 2, "at least 2"),
        (("council", "x", "--models", ",".join(["ann"] * 9), "--judge", "ben"), 2, "at most 8"),
        (("council", "x", "--models", "ann,nobody", "--judge", "ben"), 3, "nobody"),
    ):
        got = run(*args, code=code)
        check(f"{' '.join(args)} says '{words}'", words in got.stderr, got.stderr)
    check("nobody is asked for a wrong command line", not asked(provider))


def letter():
    point = lambda text, *refs: {"text": text, "references": list(refs)}
    return {"agreements": [point("Blue is scattered.", "A1", "B1")], "differences": [point("One speaks of the sea.", "A1", "C1")], "single": [point("Violet too.", "A2")], "summary": "Scattering."}


def councils(provider):
    rules = [
        {"model": "ann", "answer": "Air scatters blue light. It does so with violet too."},
        {"model": "ben", "answer": "Blue light is scattered."},
        {"model": "cid", "answer": "It reflects the sea."},
        {"model": "joe", "answer": letter()},
    ]
    args = ("council", "Why is the sky blue?", "--models", "ann,ben,cid", "--judge", "joe")
    use(provider, rules)
    got = run(*args)
    for words in ("Letter of joe", "Where they agree", "Blue is scattered. A1 B1", "What only one saw", "A2  It does so with violet too.", "C cid"):
        check(f"the council says '{words}'", words in got.stdout, got.stdout)
    check("and what it cost", "letter" in got.stderr and "all" in got.stderr, got.stderr)
    judged = asked(provider)[-1]["body"]["messages"][-1]["content"]
    check("the judge is not told who wrote what", "ann" not in judged and "A2. It does so" in judged)
    use(provider, rules)
    whole = json.loads(run(*args, "--json").stdout)
    check("JSON of a council", whole["letter"]["single"][0]["references"] == ["A2"] and whole["answers"][2]["author"] == "cid", whole)
    use(provider, rules)
    run(*args, "-o", "council.md", "-q")
    check("Markdown of a council", "**Where they differ**" in open("council.md").read() and "## B: ben" in open("council.md").read())
    use(provider, [{"model": "cid", "status": 500, "message": "broken"}, *rules[:3], {"model": "joe", "answer": {**letter(), "differences": []}}])
    got = run(*args)
    check("one is missing", "no answer:" in got.stdout and "Blue is scattered." in got.stdout, got.stdout)
    use(provider, [*rules[:3], {"model": "joe", "answer": "Dear reader"}])
    got = run(*args)
    check("no letter", "no letter: joe" in got.stdout and "It reflects the sea." in got.stdout, got.stdout)
    use(provider, [{"status": 500, "message": "broken"}])
    run(*args, code=5)


def terminal(args, columns, env=None):
    """What a terminal of so many columns gets, both streams."""
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm", **(env or {}))
        import fcntl, struct, termios

        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        os.execv(program, [program, *args])
    out = b""
    while select.select([fd], [], [], 60)[0]:
        try:
            piece = os.read(fd, 65536)
        except OSError:
            break
        if not piece:
            break
        out += piece
    os.waitpid(pid, 0)
    return out.decode()


def terminals(provider):
    use(provider, script())
    shown = terminal(("review", "When?", "--draft", "ann", "--review", "ben", "--sources", "bridge.txt"), 60)
    check("colours at a terminal", "\x1b[31m" in shown and "\x1b[32m" in shown, shown)
    plain = re.sub(r"\x1b\[[0-9;]*[mK]", "", shown)
    lines = [l.split("\r")[-1] for l in plain.replace("\r\n", "\n").split("\n")]
    check("no brackets where colours tell", "[-" not in plain)
    wide = [l for l in lines if len(l) > 60 and l.strip() != FINAL and "$" not in l and "read" not in l]
    check("lines fit", not wide, wide)
    rules = [{"model": m, "answer": "Blue light is scattered by air, more so than red light is."} for m in ("ann", "ben", "cid")] + [{"model": "joe", "answer": {**letter(), "single": []}}]
    args = ("council", "Why is the sky blue?", "--models", "ann,ben,cid", "--judge", "joe")
    use(provider, rules)
    check("columns where there is room", terminal(args, 140).count("│") >= 4)
    use(provider, rules)
    check("else one below the other", "│" not in terminal(args, 70))


def hostile(provider):
    """A model's text does nothing to a terminal in the report."""
    use(provider, script(judged=verdict("kkr", ["\x1b[2J\x07gap"])))
    got = run("review", "When?", "--draft", "ann", "--review", "ben", "--sources", "bridge.txt")
    check("control characters are shown as signs", "\x1b" not in got.stderr and "?[2J?gap" in got.stderr, got.stderr)


def interrupted(provider):
    use(provider, [{"model": "ben", "wait": 30}, *script()])
    p = subprocess.Popen([program, "review", "x", "--draft", "ann", "--review", "ben"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    for _ in range(300):
        if any(r["body"].get("model") == "ben" for r in asked(provider)):
            break
        time.sleep(0.1)
    p.send_signal(signal.SIGINT)
    out, err = p.communicate(timeout=30)
    check("Ctrl-C", p.returncode == 130 and out == b"", (p.returncode, out, err))


def own_models(provider):
    """Models of this machine: one that drafts, and the workflow's other ends."""
    os.makedirs("models", exist_ok=True)
    shutil.copytree(os.path.join(source, "tests/data/qwen3-tiny"), "models/tiny", dirs_exist_ok=True)
    config = json.load(open("models/tiny/config.json"))
    json.dump({**config, "max_position_embeddings": 8192}, open("models/tiny/config.json", "w"))
    use(provider, [{"model": "ben", "bad": "reset"}, *script()])
    got = json.loads(run("review", "hello", "--draft", "tiny", "--review", "ben", "--tokens", "12", "--seed", "1", "--json").stdout)
    check("a model of this machine drafts", got["steps"][1]["author"] == "tiny" and got["steps"][1]["tokens"] > 0 and got["steps"][1]["cost"] == 0, got["steps"])
    use(provider, [{"model": "ann", "last": "Plan the answer", "answer": "plan"}, {"model": "ann", "answer": "It is blue."}])
    got = json.loads(run("review", "hello", "--draft", "ann", "--review", "tiny", "--tokens", "300", "--seed", "1", "--json").stdout)
    check("a model of this machine reviews within the schema", got["steps"][3]["author"] == "tiny", got["steps"])
    models = os.path.join(source, "models")
    if os.path.exists(os.path.join(models, "voice-1", "model.safetensors")):
        use(provider, script())
        run("review", "When?", "--draft", "ann", "--review", "ben", "--sources", "bridge.txt", "--speak", "final.wav")
        check("the final is spoken", open("final.wav", "rb").read(4) == b"RIFF" and os.path.getsize("final.wav") > 100000)
        if os.path.exists(os.path.join(models, "transcribe-1", "model.safetensors")):
            sample = os.path.join(models, "transcribe-1", "sample.wav")
            use(provider, script())
            got = run("review", "When?", "--draft", "ann", "--review", "ben", "--sources", sample)
            text = asked(provider)[0]["body"]["messages"][-1]["content"]
            heard = run("transcribe", sample).stdout.split()
            check("a recording is a source", len(heard) > 3 and " ".join(heard) in " ".join(text.split()), text)
            check("and it is told", "transcribed with transcribe-1" in got.stderr, got.stderr)
    if os.path.exists(os.path.join(models, "image-1")):
        use(provider, [{"model": "ann", "last": "Write the whole", "answer": "A red house, evening light."}, {"model": "ann", "answer": "A house."}, {"model": "ben", "answer": verdict("c")}])
        got = run("review", "a red house", "--draft", "ann", "--review", "ben", "--draw", "house.png")
        check("the description is drawn", open("house.png", "rb").read(4) == b"\x89PNG" and got.stdout == "A red house, evening light.\n", got)
        check("as the reviewer had it changed", b"A red house, evening light." in open("house.png", "rb").read())


open("bridge.txt", "w").write(BRIDGE)
open("empty.txt", "w").write(" \n")
open("noise.bin", "wb").write(bytes(range(256)) * 20)
with Provider() as provider:
    catalog(provider, "ann", "ben", "cid", "joe")
    reviews(provider)
    degrades(provider)
    wrong_lines(provider)
    councils(provider)
    terminals(provider)
    hostile(provider)
    interrupted(provider)
    own_models(provider)
print(f"{len(failures)} failures")
sys.exit(1 if failures else 0)
