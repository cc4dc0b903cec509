#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Remote models that behave and misbehave: tests/cli/remote.py. Arguments: program, source, build.
set -u
command -v python3 >/dev/null || { echo "skipped: python3 is not installed"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work INHOUSE_MODELS=$work/models INHOUSE_VOICES=$work/voices HF_HUB_OFFLINE=1 LC_ALL=C.UTF-8
export INHOUSE_CATALOG=$work/catalog.json INHOUSE_SPENT=$work/spent TMPDIR=$work PYTHONDONTWRITEBYTECODE=1
unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY
mkdir "$work/models" && cp -r "$2/tests/data/qwen3-tiny" "$work/models/tiny"
python3 "$(dirname "$0")/remote.py" "$1" "$2" "$3/tests/inhouse-sine" "${@:4}"
