#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The whole recipe: texts, tokenizer, speech, test sets, training, export. Steps that are done are skipped.
#   train/transcribe1/run.sh small|full [minutes]
set -eu
cd "$(dirname "$0")/.."
preset=${1:?preset: small or full}
minutes=${2:-}
work=${INHOUSE_TRAIN_CACHE:-$HOME/.cache/inhouse/train}/$preset
python=${PYTHON:-python3}

# Big tensors come and go every step: keep their pages instead of asking the kernel for new ones (several times faster).
export MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=10000000000 GLIBC_TUNABLES=glibc.malloc.hugetlb=1
export ONEDNN_PRIMITIVE_CACHE_CAPACITY=4096
# Threads that spin while others use the cores cost a factor of five.
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-PASSIVE}

[ -d "$work/texts" ] || "$python" -m transcribe1.texts "$preset"
[ -f "$work/tokenizer.json" ] || "$python" -m transcribe1.tokens "$preset"
"$python" -m transcribe1.synth "$preset" --workers "${WORKERS:-$(nproc)}"
[ -f "$work/phones.json" ] || "$python" -m transcribe1.phones "$preset"
[ -d "$work/humans" ] || "$python" -m transcribe1.humans "$preset"
[ -f "$work/tests/made" ] || { "$python" -m transcribe1.testsets "$preset" && touch "$work/tests/made"; }
"$python" -m transcribe1.train "$preset" ${minutes:+--minutes "$minutes"}
"$python" -m transcribe1.export "$preset" --to "$work/model"
