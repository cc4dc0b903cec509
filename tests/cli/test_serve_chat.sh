#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Conversations with `inhouse serve`: tests/cli/serve_chat.py. Arguments: program, source, build.
set -u
command -v python3 >/dev/null || { echo "skipped: python3 is not installed"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work INHOUSE_MODELS=$work/models INHOUSE_VOICES=$work/voices HF_HUB_OFFLINE=1 LC_ALL=C.UTF-8
export TMPDIR=$work PYTHONDONTWRITEBYTECODE=1
mkdir "$work/models" && cp -r "$2/tests/data/qwen3-tiny" "$work/models/tiny" && cp "$2/tests/data/gguf/llama3.gguf" "$work/models/wild.gguf"
python3 "$(dirname "$0")/serve_chat.py" "$1" "$2" "$3/tests/inhouse-sine" "${@:4}"
