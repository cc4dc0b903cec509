#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Packs what synthesis and training need into one folder, for a machine that can fetch nothing: Debian's engines and voices,
# Python wheels, texts, tokenizer, digits. Run it after `texts` and `tokens`; on the other machine run FOLDER/unpack.sh.
#   train/transcribe1/pack.sh full FOLDER
set -eu
preset=${1:?preset}
mkdir -p "${2:?folder}/engines" "$2/libraries" "$2/wheels"
folder=$(cd "$2" && pwd)
work=${INHOUSE_TRAIN_CACHE:-$HOME/.cache/inhouse/train}
shared=${INHOUSE_SHARED_DATA:-$(cd "$(dirname "$0")/../../.." && pwd)/shared/data}
voices="festvox-kdlpc16k festvox-us-slt-hts" # the people that flite does not have; the others are large
engines="libespeak-ng1 espeak-ng espeak-ng-data libflite1 festival libestools2.5 festlex-cmu festlex-poslex"
libraries="libpcaudio0 libsonic0 libpulse0 libasound2 libasyncns0 libdbus-1-3 libsndfile1 libflac12 libvorbis0a libvorbisenc2
    libogg0 libopus0 libmpg123-0 libmp3lame0 libx11-6 libx11-xcb1 libxcb1 libxau6 libxdmcp6 libbsd0 libmd0 libtinfo6"
# shellcheck disable=SC2086
(cd "$folder/engines" && apt-get download $engines $voices)
# shellcheck disable=SC2086
(cd "$folder/libraries" && apt-get download $libraries)
python=3.12 # of the other machine
"${PYTHON:-python3}" -m pip download -q --no-deps --only-binary=:all: --python-version $python --implementation cp \
    --platform manylinux_2_28_x86_64 --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 \
    -d "$folder/wheels" soxr soundfile cffi num2words
"${PYTHON:-python3}" -m pip download -q --no-deps -d "$folder/wheels" docopt-ng
tar -C "$work" -cJf "$folder/texts.tar.xz" "$preset/texts" "$preset/tokenizer.json" "$preset/letters.txt"
"${PYTHON:-python3}" - "$shared/digits/digits_train.tar" "$folder/digits_train.tar" <<'END'
import io, soundfile, sys, tarfile
with tarfile.open(sys.argv[1]) as wide, tarfile.open(sys.argv[2], "w") as narrow:
    for member in wide.getmembers():
        if member.name.endswith(".wav"):
            data = io.BytesIO()
            soundfile.write(data, *soundfile.read(wide.extractfile(member)), format="OGG", subtype="OPUS")
            member.name, member.size = member.name[:-4] + ".opus", data.tell()
            narrow.addfile(member, io.BytesIO(data.getvalue()))
END
xz -f "$folder/digits_train.tar"
cat > "$folder/unpack.sh" <<'END'
# To be sourced by bash on the other machine: installs the engines, sets the recipe's folders and Python's path.
packed=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for deb in "$packed"/engines/*.deb; do dpkg -x "$deb" /; done
# Libraries stand behind the machine's own, which may be newer.
for deb in "$packed"/libraries/*.deb; do dpkg -x "$deb" /opt/packed; done
printf '%s\n' /opt/packed/usr/lib/x86_64-linux-gnu /opt/packed/lib/x86_64-linux-gnu > /etc/ld.so.conf.d/zz-packed.conf
ldconfig
python3 -m pip install -q --no-index --no-deps --no-compile --target /tmp/site "$packed"/wheels/*
export PYTHONPATH=/tmp/site INHOUSE_TRAIN_CACHE=/tmp/train INHOUSE_SHARED_DATA=/tmp/shared
mkdir -p /tmp/train /tmp/shared/digits
tar -C /tmp/train -xJf "$packed/texts.tar.xz"
xz -dc "$packed/digits_train.tar.xz" > /tmp/shared/digits/digits_train.tar
END
du -sh "$folder"
