#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# `inhouse review` and `inhouse council` with models that answer by a script: tests/cli/review.py. Arguments: program, source, build.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work INHOUSE_MODELS=$work/models INHOUSE_VOICES=$work/voices HF_HUB_OFFLINE=1 LC_ALL=C.UTF-8
export TMPDIR=$work PYTHONDONTWRITEBYTECODE=1 NO_PROXY=127.0.0.1 no_proxy=127.0.0.1
here=$(cd "$(dirname "$0")" && pwd)
cd "$work" && python3 "$here/review.py" "$1" "$2" "$3/tests/inhouse-sine"
