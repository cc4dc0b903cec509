#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The playground's room for several models on one answer in a real browser: tests/cli/page_council.py. Arguments as those of test_page.sh.
set -u
command -v python3 >/dev/null || { echo "skipped: python3 is not installed"; exit 0; }
command -v chromium >/dev/null || { echo "skipped: chromium is not installed"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work INHOUSE_MODELS=$work/models INHOUSE_VOICES=$work/voices HF_HUB_OFFLINE=1 LC_ALL=C.UTF-8
export TMPDIR=$work PYTHONDONTWRITEBYTECODE=1 NO_PROXY=127.0.0.1 no_proxy=127.0.0.1
mkdir "$work/models" && cp -r "$2/tests/data/qwen3-tiny" "$work/models/tiny" && cp -r "$2/tests/data/whisper-tiny-multi80" "$work/models/listener"
python3 "$(dirname "$0")/page_council.py" "$1" "$2" "${4:-}" "$3/tests/hub_server"
