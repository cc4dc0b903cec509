#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the server tells those who watch over it: tests/cli/metrics.py. INHOUSE_SDK_PYTHON may be a Python that has
# prometheus_client (./do sdk makes one), which then reads the numbers too. Arguments: program, source, build.
set -u
python=${INHOUSE_SDK_PYTHON:-python3}
command -v "$python" >/dev/null || { echo "skipped: $python is not installed"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work INHOUSE_MODELS=$work/models INHOUSE_VOICES=$work/voices HF_HUB_OFFLINE=1 LC_ALL=C.UTF-8
export TMPDIR=$work PYTHONDONTWRITEBYTECODE=1
"$python" "$(dirname "$0")/metrics.py" "$1" "$2" "$3/tests/inhouse-sine" "${@:4}"
