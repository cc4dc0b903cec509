#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Recordings that a request names by an address: tests/cli/fetch.py. Arguments: program, source, build.
set -u
command -v python3 >/dev/null || { echo "skipped: python3 is not installed"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work INHOUSE_MODELS=$work/models INHOUSE_VOICES=$work/voices HF_HUB_OFFLINE=1 LC_ALL=C.UTF-8
export TMPDIR=$work PYTHONDONTWRITEBYTECODE=1
python3 "$(dirname "$0")/fetch.py" "$1" "$2" "$3/tests/inhouse-sine" "${@:4}"
