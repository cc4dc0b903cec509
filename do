#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The one entry point. ./do help lists what it can do.
set -euo pipefail
cd "$(dirname "$0")"

packages=(build-essential cmake ninja-build pkg-config git ca-certificates
    libavformat-dev libavcodec-dev libswresample-dev libavutil-dev
    libjansson-dev libcurl4-openssl-dev libssl-dev libarchive-dev zlib1g-dev libexpat1-dev libicu-dev
    libpng-dev libjpeg62-turbo-dev libwebp-dev libwebsockets-dev libsqlite3-dev)
test_packages=(libcmocka-dev clang-format python3)
# Not needed, but speech sounds better with it: it is loaded at run time where it is installed.
voice_packages=(libespeak-ng1 espeak-ng-data)

say() { printf '%s\n' "$*" >&2; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else say "run this as root or install sudo: $*"; return 1; fi
}

# Installs what is missing of the packages named, and says so.
need() {
    local missing=() p
    for p in "$@"; do
        dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
    done
    [ ${#missing[@]} = 0 ] && return
    command -v apt-get >/dev/null || { say "please install: ${missing[*]}"; return 1; }
    say "installing ${missing[*]}"
    as_root apt-get update -qq
    DEBIAN_FRONTEND=noninteractive as_root apt-get install -y -qq --no-install-recommends \
        "${missing[@]}" >/dev/null
}

# build FOLDER [cmake options]
build() {
    local folder=$1
    shift
    need "${packages[@]}"
    cmake -S . -B "$folder" -G Ninja "$@" >"$folder.log" 2>&1 || { cat "$folder.log" >&2; return 1; }
    cmake --build "$folder" >"$folder.log" 2>&1 || { tail -n 60 "$folder.log" >&2; return 1; }
    rm -f "$folder.log"
}

cmd_build() { build build -DINHOUSE_TESTS=OFF "$@"; }

cmd_demo() {
    say "building inhouse ..."
    build build-demo -DINHOUSE_TESTS=OFF
    local audio=models/transcribe-1/sample.wav
    printf '\n$ inhouse transcribe %s\n\n' "$audio"
    ./build-demo/inhouse transcribe "$audio" --format text
    need "${voice_packages[@]}"
    local text="Good morning. The train leaves at nine thirty." said=build-demo/hello.wav
    printf '\n$ inhouse speak "%s" -o %s\n\n' "$text" "$said"
    ./build-demo/inhouse speak "$text" -o "$said"
    printf '\n$ inhouse transcribe %s\n\n' "$said"
    ./build-demo/inhouse transcribe "$said" --format text
    local prompt="a red house in the mountains" drawn=build-demo/house.png
    printf '\n$ inhouse draw "%s" --seed 4 -o %s\n\n' "$prompt" "$drawn"
    ./build-demo/inhouse draw "$prompt" --seed 4 -o "$drawn"
}

# Everything CI runs: lint, tests, sanitizers with the fuzz smoke.
cmd_test() {
    need "${packages[@]}" "${test_packages[@]}" "${voice_packages[@]}"
    cmd_lint
    say "building ..."
    build build -DINHOUSE_TESTS=ON -DINHOUSE_WERROR=ON
    say "testing ..."
    ctest --test-dir build --output-on-failure "$@"
    say "building with sanitizers ..."
    build build-san -DINHOUSE_TESTS=ON -DCMAKE_BUILD_TYPE=RelWithDebInfo \
        -DINHOUSE_SANITIZE=address,undefined
    say "testing with sanitizers ..."
    ctest --test-dir build-san --output-on-failure "$@"
}

# Minutes: the kernels for 64-bit Arm, cross-compiled and run under an emulator.
cmd_slow() {
    need "${packages[@]}" "${test_packages[@]}" gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static
    build build -DINHOUSE_TESTS=ON -DINHOUSE_WERROR=ON
    ctest --test-dir build -C Slow -R '^slow/' --output-on-failure "$@"
}

# The official client libraries, unmodified, in a Python environment of their own.
sdk_packages=(openai==3.57.0 azure-ai-transcription==1.0.0
    openapi-spec-validator==0.9.0 schemathesis==4.32.5 prometheus-client==0.26.0)
cmd_sdk() {
    need "${packages[@]}" "${test_packages[@]}" python3-venv
    build build -DINHOUSE_TESTS=ON
    [ -x build/sdk/bin/python ] || python3 -m venv build/sdk
    build/sdk/bin/python -m pip install --quiet --disable-pip-version-check "${sdk_packages[@]}"
    local test tests=(sdk openapi metrics)
    [ $# = 0 ] || tests=(sdk)
    for test in "${tests[@]}"; do
        INHOUSE_SDK_PYTHON=$PWD/build/sdk/bin/python "tests/cli/test_$test.sh" build/inhouse "$PWD" "$PWD/build" "$@"
    done
}

cmd_lint() {
    need clang-format
    scripts/check
}

cmd_format() {
    need clang-format
    git ls-files -co --exclude-standard '*.c' '*.h' | xargs clang-format -i
}

cmd_bench() {
    need "${packages[@]}" python3-numpy
    case ${1:-} in
    serve | chat) build build-bench -DINHOUSE_BENCH=ON -DINHOUSE_TESTS=OFF && python3 "bench/$1.py" "${@:2}" ;;
    *) bench/run "$@" ;;
    esac
}

cmd_fuzz() {
    need "${packages[@]}" clang libclang-rt-14-dev
    CC=clang build build-fuzz -DINHOUSE_TESTS=ON -DINHOUSE_FUZZ=ON \
        -DINHOUSE_SANITIZE=address,undefined -DCMAKE_BUILD_TYPE=RelWithDebInfo
    local seconds=${1:-60} target
    for target in build-fuzz/tests/fuzz_*; do
        [ -x "$target" ] && [ -f "$target" ] || continue
        say "fuzzing ${target##*/} for $seconds s"
        mkdir -p "build-fuzz/corpus/${target##*/}"
        "$target" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 \
            "build-fuzz/corpus/${target##*/}" "tests/fuzz/seeds/${target##*/}"
    done
}

cmd_install() {
    cmd_build
    as_root cmake --install build
}

cmd_help() {
    cat <<'HELP'
./do demo      install what is missing, build, read a recording and say a sentence with the built-in models
./do test      the same set-up, then lint, every test, and every test again under sanitizers
./do slow      tests that take minutes: Arm's kernels under an emulator
./do sdk       the official client libraries of OpenAI and Azure, and tools that read what the server says of itself,
               all from PyPI, against the server
./do build     build into build/
./do lint      format, layering, banned calls
./do format    apply the format
./do bench     measure speed and memory (see docs/benchmarks.md); ./do bench serve: the server under load;
               ./do bench chat MODEL.gguf: a text model beside llama.cpp
./do fuzz [S]  fuzz every entry for S seconds each
./do install   install the program, the library and the models
HELP
}

command=${1:-help}
[ $# -gt 0 ] && shift
if ! declare -F "cmd_$command" >/dev/null; then
    say "./do $command: no such command"
    cmd_help >&2
    exit 2
fi
"cmd_$command" "$@"
