#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The whole recipe: tokenizer, pictures, autoencoder, training, export. What is there is not made again.
#   train/image1/run.sh smoke|thin|small|full [minutes]
set -eu
cd "$(dirname "$0")/.."
preset=${1:?preset: smoke, thin, small or full}
minutes=${2:-}
work=${INHOUSE_TRAIN_CACHE:-$HOME/.cache/inhouse/train}/image1/$preset
python=${PYTHON:-python3}

# Big tensors come and go every step: keep their pages instead of asking the kernel for new ones (several times faster).
export MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=10000000000 GLIBC_TUNABLES=glibc.malloc.hugetlb=1
export ONEDNN_PRIMITIVE_CACHE_CAPACITY=4096
# Threads that spin while others use the cores cost a factor of five.
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-PASSIVE}

[ -f "$work/tokenizer.json" ] || "$python" -m image1.tokens "$preset"
"$python" -m image1.shards "$preset" --workers "${WORKERS:-$(nproc)}"
"$python" -m image1.autoencoder "$preset" ${AUTOENCODER_MINUTES:+--minutes "$AUTOENCODER_MINUTES"}
"$python" -m image1.latents "$preset" ${PICTURES:+--pictures "$PICTURES"}
"$python" -m image1.train "$preset" ${minutes:+--minutes "$minutes"} ${COMPILE:+--compile}
"$python" -m image1.export "$preset" --to "$work/model"
