#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The systemd unit: that systemd understands it, and that it leaves the service little to do harm with.
# test_service.sh PROGRAM SOURCE BUILD
set -euo pipefail
program=$1 source=$2 build=$3
fail() { printf '%s\n' "$*" >&2; exit 1; }

work=$(mktemp -d "${TMPDIR:-/tmp}/inhouse-service-XXXXXX")
trap 'rm -rf "$work"' EXIT

# What is installed is this file with the program's place in it.
grep -q '^ExecStart=/.*/bin/inhouse serve$' "$build/inhouse.service" || fail "the unit does not name the program"
! grep -q '@' <(grep -v '^SystemCallFilter' "$build/inhouse.service") || fail "something is left to fill in"

# Every variable that it sets is one that the program knows.
known=$("$program" serve --print-config | grep -oE 'INHOUSE_[A-Z_]+')$'\n'INHOUSE_MODELS$'\n'INHOUSE_VOICES
for name in $(grep '^Environment=' "$build/inhouse.service" | grep -oE 'INHOUSE_[A-Z_]+'); do
    grep -qx "$name" <<<"$known" || fail "$name is no setting"
done

command -v systemd-analyze >/dev/null || { echo "skipped: systemd-analyze is not installed"; exit 0; }
sed "s:^ExecStart=[^ ]*:ExecStart=$(realpath "$program"):" "$build/inhouse.service" >"$work/inhouse.service"
systemd-analyze verify --man=no "$work/inhouse.service" >"$work/log" 2>&1 || { cat "$work/log" >&2; fail "systemd does not take it"; }
! grep -q 'inhouse.service' "$work/log" || { cat "$work/log" >&2; fail "systemd warns"; }

# Exposure is 0 to 10; the threshold is in tenths. What remains is the network, without which nobody could ask.
systemd-analyze security --help 2>/dev/null | grep -q -- --offline || { echo "skipped: this systemd-analyze cannot look at files"; exit 0; }
systemd-analyze security --offline=true --threshold=15 --no-pager "$work/inhouse.service" >"$work/log" 2>&1 ||
    { cat "$work/log" >&2; fail "the service may do too much"; }
grep 'Overall exposure' "$work/log"
