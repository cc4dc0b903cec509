#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The server against its own description: tests/cli/openapi.py. INHOUSE_SDK_PYTHON is a Python that has
# openapi-spec-validator and schemathesis (./do sdk makes one). Arguments: program, source, build.
set -u
python=${INHOUSE_SDK_PYTHON:-python3}
"$python" -c 'import openapi_spec_validator, schemathesis' 2>/dev/null ||
    { echo "skipped: $python has no openapi-spec-validator and schemathesis; see ./do sdk"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work INHOUSE_MODELS=$work/models INHOUSE_VOICES=$work/voices HF_HUB_OFFLINE=1 LC_ALL=C.UTF-8
export TMPDIR=$work PYTHONDONTWRITEBYTECODE=1 NO_PROXY=127.0.0.1 no_proxy=127.0.0.1
"$python" "$(dirname "$0")/openapi.py" "$1" "$2" "$3/tests/inhouse-sine" "${@:4}"
