#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what the recipe reads and speaks with, from Debian (as root).
set -eu
speech="espeak-ng libespeak-ng1 flite festival festvox-kallpc16k festvox-kdlpc16k festvox-us-slt-hts festvox-italp16k festvox-itapc16k
    festvox-suopuhe-lj festvox-suopuhe-mv festvox-czech-dita festvox-czech-krb festvox-czech-machac festvox-czech-ph festvox-ru
    festvox-hi-nsk festival-hi asterisk-core-sounds-en-wav tuxpaint-stamps-default mecab mecab-ipadic-utf8"
texts="libreoffice-help-en-us debian-handbook gnome-user-docs installation-guide-amd64 wordnet-base sword-text-web diatheke fortunes
    fortunes-min fortunes-cs fortunes-de fortunes-es fortunes-it fortunes-pl fortunes-ru fortunes-zh fortunes-br"
for code in cs da de es fi fr hi hu id it ja ko nl pl pt pt-br ru sv tr vi zh-cn; do texts="$texts libreoffice-help-$code"; done
for code in cs da de es fi fr hu id it ja nb nl pl pt-br ro ru sv tr vi zh; do texts="$texts manpages-$code"; done
export DEBIAN_FRONTEND=noninteractive
apt-get update
for package in $speech $texts sound-theme-freedesktop frozen-bubble-data extremetuxracer-data; do
    apt-get install -y --no-install-recommends "$package" || echo "left out: $package" >&2
done
