#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the kernels and their check program for 64-bit Arm and runs it under qemu.
# usage: arm.sh SOURCE_FOLDER
set -euo pipefail
cd "${1:-$(dirname "$0")/../..}"

compiler=${ARM_CC:-aarch64-linux-gnu-gcc}
emulator=${ARM_RUN:-qemu-aarch64-static}
for program in "$compiler" "$emulator"; do
    if ! command -v "$program" >/dev/null; then
        echo "skipped: $program is not installed (Debian: gcc-aarch64-linux-gnu qemu-user-static)"
        exit 77
    fi
done

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
mapfile -t sources < <(
    printf '%s\n' src/base/*.c src/kernels/*.c src/kernels/arm/*.c
    printf '%s\n' tests/kernels/*.c | grep -vE '_(avx2|avx512|avx512bf16|amx|emulated)\.c$'
)
"$compiler" -std=c11 -D_GNU_SOURCE -O2 -static -Wall -Wextra -Werror -ffp-contract=off \
    -fno-math-errno -Isrc -Iinclude -Itests "${sources[@]}" -o "$out/checkkernels" -lm -lpthread
"$emulator" "$out/checkkernels"
