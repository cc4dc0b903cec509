#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what the recipe reads and speaks with, from Debian (as root).
#   train/transcribe1/packages.sh small-en|full
set -eu
speech="espeak-ng libespeak-ng1 flite festival festvox-kallpc16k festvox-kdlpc16k festvox-us-slt-hts asterisk-core-sounds-en-wav"
english="libreoffice-help-en-us debian-handbook gnome-user-docs installation-guide-amd64 fortunes fortunes-min wordnet-base sword-text-web diatheke"
languages="cs da de es fi fr hi hu id it ja ko nl pl pt pt-br ru sv tr vi zh-cn"
packages="$speech $english sound-theme-freedesktop frozen-bubble-data extremetuxracer-data"
if [ "${1:?preset: small-en or full}" = full ]; then
    packages="$packages festvox-italp16k festvox-itapc16k festvox-suopuhe-lj festvox-suopuhe-mv festvox-czech-dita festvox-czech-krb
        festvox-czech-machac festvox-czech-ph festvox-ru festvox-hi-nsk tuxpaint-stamps-default mecab mecab-ipadic-utf8
        fortunes-cs fortunes-de fortunes-es fortunes-it fortunes-pl fortunes-ru fortunes-zh fortunes-br"
    for code in $languages; do packages="$packages libreoffice-help-$code"; done
    for code in cs da de es fi fr hu id it ja nb nl pl pt-br ro ru sv tr vi zh; do packages="$packages manpages-$code"; done
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update
for package in $packages; do
    apt-get install -y --no-install-recommends "$package" || echo "left out: $package" >&2
done
