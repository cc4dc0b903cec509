#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The playground in a real browser: tests/cli/page.py. Arguments: program, source, build, and a folder for screenshots if they are wanted.
set -u
command -v python3 >/dev/null || { echo "skipped: python3 is not installed"; exit 0; }
command -v chromium >/dev/null || { echo "skipped: chromium is not installed"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work INHOUSE_MODELS=$work/models INHOUSE_VOICES=$work/voices HF_HUB_OFFLINE=1 LC_ALL=C.UTF-8
export TMPDIR=$work PYTHONDONTWRITEBYTECODE=1
hub=$3/tests/hub_server
[ -x "$hub" ] || hub=
python3 "$(dirname "$0")/page.py" "$1" "$2" "${4:-}" "$hub"
