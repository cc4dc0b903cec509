#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The whole recipe: texts, alphabet, speech, training, export. What is there is not made again.
#   train/voice1/run.sh smoke|small|full [minutes]
set -eu
cd "$(dirname "$0")/.."
preset=${1:?preset: smoke, small or full}
minutes=${2:-}
cache=${INHOUSE_TRAIN_CACHE:-$HOME/.cache/inhouse/train}
work=$cache/voice1-$preset
python=${PYTHON:-python3}
texts=small
[ "$preset" = full ] && texts=full

# Big tensors come and go every step: keep their pages instead of asking the kernel for new ones (several times faster).
export MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=10000000000 GLIBC_TUNABLES=glibc.malloc.hugetlb=1
export ONEDNN_PRIMITIVE_CACHE_CAPACITY=4096
# Threads that spin while others use the cores cost a factor of five.
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-PASSIVE}

[ -d "$cache/$texts/texts" ] || "$python" -m transcribe1.texts "$texts"
[ -f "$work/tokens.json" ] || "$python" -m voice1.tokens "$preset"
"$python" -m voice1.synth "$preset" --workers "${WORKERS:-$(nproc)}"
"$python" -m voice1.train "$preset" ${minutes:+--minutes "$minutes"}
"$python" -m voice1.export "$preset" --to "$work/model"
