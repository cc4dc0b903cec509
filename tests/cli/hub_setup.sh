# SPDX-License-Identifier: Apache-2.0
# What the tests around models share: a hub of their own, an empty folder for models, and how to
# complain. Sourced with program, source and build set.
work=$(mktemp -d)
"$build/tests/hub_server" "$source/tests/data" "$work/log" >"$work/port" &
server=$!
trap 'kill $server 2>/dev/null; rm -rf "$work"' EXIT
for _ in $(seq 100); do [ -s "$work/port" ] && break; sleep 0.05; done
[ -s "$work/port" ] || { echo "FAILED: the server does not start"; exit 1; }

export INHOUSE_MODELS=$work/models HOME=$work LC_ALL=C.UTF-8
export HF_ENDPOINT="http://127.0.0.1:$(cat "$work/port")"
unset HF_TOKEN HF_HUB_OFFLINE INHOUSE_CATALOG XDG_DATA_HOME http_proxy https_proxy all_proxy no_proxy
failures=0
complain() { echo "FAILED: $*"; failures=$((failures + 1)); }

# expect EXIT-CODE WORDS-IN-THE-OUTPUT [arguments of the program]: what it said is in $work/out.
expect() {
    local want=$1 words=$2 code
    shift 2
    timeout 60 "$program" "$@" >"$work/out" 2>&1 </dev/null
    code=$?
    [ "$code" = "$want" ] || complain "$*: exit code $code instead of $want: $(cat "$work/out")"
    grep -q -- "$words" "$work/out" || complain "$*: '$words' is not in: $(cat "$work/out")"
}
