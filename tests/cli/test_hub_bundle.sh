#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Carrying models to a machine without a network: bundles, signatures, and archives that mean harm.
# Arguments: program, source, build.
set -u
program=$1 source=$2 build=$3
. "$source/tests/cli/hub_setup.sh"
for tool in python3 openssl; do
    command -v $tool >/dev/null || { echo "skipped: $tool is not here"; exit 0; }
done
whisper=$source/tests/data/whisper-tiny-multi80 kokoro=$source/tests/data/kokoro-tiny
cd "$work" || exit 1
for key in company other; do
    openssl genpkey -algorithm ed25519 -out $key.key
    openssl pkey -in $key.key -pubout -out $key.pub
done
openssl genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:2048 -out rsa.key 2>/dev/null
openssl pkey -in rsa.key -pubout -out rsa.pub

# Nothing but what was there before is in the folder of models.
untouched() {
    local now
    now=$(ls -A "$INHOUSE_MODELS" 2>/dev/null)
    [ -z "$now" ] || complain "$1: in the folder of models: $now"
}
# refuse WORDS BUNDLE [flags]
refuse() {
    local words=$1
    shift
    expect 3 "$words" models import "$@"
    untouched "$*"
}

# There and back.
expect 0 'is here' models pull hf:test/good --name calls
expect 0 'is here' models pull hf:test/kokoro --name tones
expect 0 '2 models, .*, signed' models bundle calls tones -o two.tar --key company.key
expect 0 'not signed' models bundle calls -o plain.tar
expect 0 '' models bundle calls tones -o again.tar --key company.key
cmp -s two.tar again.tar || complain "the same models give another bundle"
expect 4 'there already' models bundle calls -o plain.tar
expect 2 '--output' models bundle calls
expect 2 'names of 1 to' models bundle -o x.tar
expect 3 'no model .nobody' models bundle calls nobody -o x.tar
expect 1 'no private key' models bundle calls -o x.tar --key company.pub
expect 1 'no private key' models bundle calls -o x.tar --key rsa.key
expect 1 'No such file' models bundle calls -o x.tar --key nowhere.key
expect 4 'cannot be written' models bundle calls -o /nowhere/x.tar
expect 3 'two models' models bundle calls calls -o x.tar
ls ./*.partial x.tar 2>/dev/null && complain "a bundle that failed was left behind"
mv "$INHOUSE_MODELS" sender
# Anybody can check it without this program.
mkdir opened && tar xf two.tar -C opened || complain "tar does not read the bundle"
openssl pkeyutl -verify -rawin -pubin -inkey company.pub -sigfile opened/inhouse-bundle.sig \
    -in opened/inhouse-bundle.json >/dev/null || complain "openssl does not verify the bundle"

refuse 'not signed; --unsigned' plain.tar
refuse 'not signed' plain.tar --trust company.pub
refuse 'signed; --trust FILE' two.tar
refuse 'signature is not by the key in other.pub' two.tar --trust other.pub
expect 2 'exclude each other' models import two.tar --trust company.pub --unsigned
expect 2 'no public key' models import two.tar --trust company.key
expect 2 'no public key' models import two.tar --trust rsa.pub
expect 1 'No such file' models import two.tar --trust nowhere.pub
expect 2 'for a bundle of one' models import two.tar --trust company.pub --name one
expect 2 'not for bundles' models import two.tar --trust company.pub --link
untouched "wrong command lines"
expect 0 'tones is here' models import two.tar --trust other.pub --trust company.pub
for name in calls tones; do
    diff -r sender/$name "$INHOUSE_MODELS/$name" >out || complain "$name differs: $(cat out)"
    expect 0 'every file has the SHA-256' models verify $name
done
expect 3 'already here' models import two.tar --trust company.pub
expect 0 'calls is here' models import plain.tar --unsigned --force
expect 0 'third is here' models import plain.tar --unsigned --name third
[ -z "$(find "$INHOUSE_MODELS" -name '*.partial*')" ] || complain "left behind: $(ls "$INHOUSE_MODELS")"
expect 0 '3 models' models bundle calls tones third -o three.tar
# A model that changed since it was fetched is not carried on.
printf X | dd of="$INHOUSE_MODELS/calls/model.safetensors" bs=1 seek=40000 conv=notrunc 2>/dev/null
expect 3 'holds wrong bytes' models bundle calls -o x.tar
# Of a model that was not fetched, all that it may need.
expect 0 'not signed' models bundle "$whisper" "$kokoro" -o folders.tar
rm -rf "$INHOUSE_MODELS"
expect 0 'kokoro-tiny is here' models import folders.tar --unsigned
expect 3 'is one file' models bundle "$source/tests/data/ggml-tiny/ggml-tiny-f16.bin" -o x.tar

# Archives that mean harm. Each is refused, signed or not, and leaves nothing.
rm -rf "$INHOUSE_MODELS"
python3 - plain.tar two.tar <<'PYTHON' || complain "the hostile archives cannot be made"
import io, json, sys, tarfile

def read(path):
    with tarfile.open(path) as t:
        return [(m, t.extractfile(m).read()) for m in t]

plain, signed = read(sys.argv[1]), read(sys.argv[2])

def write(path, entries, format=tarfile.PAX_FORMAT):
    with tarfile.open(path, "w", format=format) as t:
        for m, data in entries:
            t.addfile(m, io.BytesIO(data))

def entry(name, data=b"", **more):
    m = tarfile.TarInfo(name)
    m.size = len(data)
    for key, value in more.items():
        setattr(m, key, value)
    return m, data

def with_manifest(change, entries=plain):
    manifest = json.loads(entries[0][1])
    change(manifest)
    return [entry(entries[0][0].name, json.dumps(manifest).encode())] + entries[1:]

weights = next(i for i, (m, _) in enumerate(plain) if m.name.endswith("model.safetensors"))
name = plain[weights][0].name
evil = entry("../evil", b"evil")

def put(i, *new):
    return plain[:i] + list(new) + plain[i + 1:]

def rename(to):
    return lambda manifest: manifest["models"][0].update(name=to)

def first_file(**more):
    return lambda manifest: manifest["models"][0]["files"][0].update(more)

write("climb.tar", put(weights, entry("../evil", plain[weights][1])))
write("absolute.tar", put(weights, entry("/tmp/evil", plain[weights][1])))
write("extra.tar", plain + [evil])
write("first.tar", [evil] + plain)
write("missing.tar", plain[:-1])
write("swapped.tar", plain[:1] + plain[:0:-1])
write("symlink.tar", put(weights, entry(name, type=tarfile.SYMTYPE, linkname="/etc/passwd")))
write("hardlink.tar", put(weights, entry(name, type=tarfile.LNKTYPE, linkname=plain[1][0].name)))
write("device.tar", put(weights, entry(name, type=tarfile.CHRTYPE)))
write("fifo.tar", put(weights, entry(name, type=tarfile.FIFOTYPE)))
write("folder.tar", put(weights, entry(name, type=tarfile.DIRTYPE)))
# A link in front of the folder that the files go to.
write("planted.tar", plain[:1] + [entry("calls", type=tarfile.SYMTYPE, linkname="/tmp")] + plain[1:])
wrong = bytearray(plain[weights][1]); wrong[-1] ^= 1
write("wrong.tar", put(weights, entry(name, bytes(wrong))))
write("short.tar", put(weights, entry(name, plain[weights][1][:-1])))
write("long.tar", put(weights, entry(name, plain[weights][1] + b"x")))
for i, to in enumerate(["../evil", "/tmp/evil", "", ".evil", "a/b", "x.partial", "a\\b", "a\nb"]):
    write(f"model{i}.tar", with_manifest(rename(to)))
for i, to in enumerate(["../evil", "/evil", "a/../../evil", "inhouse.json", "a/b/c", "x.part", ""]):
    write(f"file{i}.tar", with_manifest(first_file(name=to)))
write("huge.tar", with_manifest(first_file(size=1 << 60)))
write("huger.tar", with_manifest(first_file(size=(1 << 63) - 1)))
write("negative.tar", with_manifest(first_file(size=-1)))
write("digest.tar", with_manifest(first_file(sha256="0" * 64)))
write("nodigest.tar", with_manifest(first_file(sha256="")))
write("repo.tar", with_manifest(lambda m: m["models"][0].update(repo="../../x")))
write("nothing.tar", with_manifest(lambda m: m.update(models=[])))
write("nofiles.tar", with_manifest(lambda m: m["models"][0].update(files=[])))
write("later.tar", with_manifest(lambda m: m.update(format="inhouse-bundle-2")))
write("clash.tar", with_manifest(lambda m: m["models"][0]["files"].append(
    dict(m["models"][0]["files"][0], name=m["models"][0]["files"][0]["name"].upper()))))
write("twice.tar", with_manifest(lambda m: m["models"].append(m["models"][0])))
write("notjson.tar", [entry(plain[0][0].name, b"{")] + plain[1:])
write("deep.tar", [entry(plain[0][0].name, b"[" * 1000000)] + plain[1:])
write("empty.tar", [])
write("foreign.tar", [entry("readme.txt", b"hello")])
# A manifest of more than is read into memory, as a hole: the file takes no room on the disk.
with open("bloated.tar", "wb") as f:
    m = tarfile.TarInfo(plain[0][0].name); m.size = 1 << 33
    f.write(m.tobuf(tarfile.GNU_FORMAT)); f.truncate((1 << 33) + 10240)
# The seal of another manifest, and one that is too short.
sealed = with_manifest(first_file(sha256="1" * 64), signed)
write("resealed.tar", sealed)
write("seal.tar", [signed[0], entry("inhouse-bundle.sig", b"short")] + signed[2:])
# What is no model, with all digests right.
with open("notmodel.tar", "wb"): pass
data = b"{}"
import hashlib
file = dict(name="config.json", size=len(data), sha256=hashlib.sha256(data).hexdigest())
write("notmodel.tar", [
    entry("inhouse-bundle.json", json.dumps(dict(format="inhouse-bundle-1", models=[
        dict(name="calls", files=[file])])).encode()), entry("calls/config.json", data)])
# A long name behind an extension, which is where readers of archives get hurt.
write("longname.tar", put(weights, entry("a" * 5000, plain[weights][1])), tarfile.GNU_FORMAT)
PYTHON

refuse 'no regular file' planted.tar --unsigned
for bundle in climb absolute first swapped longname; do refuse 'bundle' $bundle.tar --unsigned; done
refuse 'does not name' extra.tar --unsigned
refuse 'breaks off in front of' missing.tar --unsigned
for kind in symlink hardlink device fifo folder; do refuse 'no regular file' $kind.tar --unsigned; done
refuse 'holds wrong bytes' wrong.tar --unsigned
refuse 'holds wrong bytes' digest.tar --unsigned
refuse 'bytes instead of' short.tar --unsigned
refuse 'bytes instead of' long.tar --unsigned
for i in 0 1 2 3 4 5 6 7; do refuse 'without a proper name' model$i.tar --unsigned; done
for i in 0 1 2 3 4 5 6; do refuse 'is damaged' file$i.tar --unsigned; done
refuse 'larger than any disk' huger.tar --unsigned
for bundle in negative nodigest repo; do refuse 'is damaged' $bundle.tar --unsigned; done
for bundle in nothing later notjson deep; do refuse 'damaged or of a later format' $bundle.tar --unsigned; done
refuse 'has no files' nofiles.tar --unsigned
refuse 'cannot lie side by side' clash.tar --unsigned
refuse 'two models' twice.tar --unsigned
refuse 'too long' bloated.tar --unsigned
refuse 'is no bundle' foreign.tar --unsigned
refuse 'neither a bundle' empty.tar --unsigned
refuse 'signature is not by the key' resealed.tar --trust company.pub
refuse 'signature is none' seal.tar --trust company.pub
refuse 'not a model' notmodel.tar --unsigned
expect 4 'the disk has' models import huge.tar --unsigned
untouched huge.tar

# Cut off anywhere, and with a bit that fell over anywhere. Behind the last file a tar may break off.
size=$(stat -c %s two.tar)
end=$(python3 -c 'import tarfile, sys; t = tarfile.open(sys.argv[1]); m = t.getmembers()[-1]
print(m.offset_data + m.size)' two.tar)
for cut in 300 512 700 1500 2048 2600 3000 3600 9000 50000 $((end / 2)) $((end - 513)) $((end - 1)); do
    head -c $cut two.tar >cut.tar
    expect 3 '' models import cut.tar --trust company.pub
    [ -s "$work/out" ] || complain "cut at $cut: no sentence"
    untouched "cut at $cut"
done
python3 -c 'import random
random.seed(5)
for i in range(40): print(random.randrange(int("'"$end"'")))' >places
while read -r place; do
    cp two.tar flipped.tar
    python3 - "$place" <<'PYTHON'
import sys
with open("flipped.tar", "r+b") as f:
    f.seek(int(sys.argv[1])); byte = f.read(1)[0]
    f.seek(int(sys.argv[1])); f.write(bytes([byte ^ 16]))
PYTHON
    timeout 60 "$program" models import flipped.tar --trust company.pub >"$work/out" 2>&1
    code=$?
    # Where no byte of a file or of a header in use was hit, it may be taken in: then it is whole.
    if [ $code = 0 ]; then
        diff -r sender "$INHOUSE_MODELS" >/dev/null || complain "bit at $place: taken in, and wrong"
        rm -rf "$INHOUSE_MODELS"
    elif [ $code != 3 ]; then
        complain "bit at $place: exit code $code: $(cat "$work/out")"
    fi
    untouched "bit at $place"
done <places
[ -e /tmp/evil ] || [ -e "$work/evil" ] && complain "something was written outside"

# Stopped in the middle: nothing is kept.
mkfifo "$work/pipe.tar" && expect 1 'neither a file' models import "$work/pipe.tar" --unsigned

[ $failures = 0 ] && echo "all good"
exit $((failures > 0))
