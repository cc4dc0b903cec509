#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what the recipe draws with, from Debian (as root).
set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install -y --no-install-recommends libcairo2-dev pkg-config fonts-dejavu-core fonts-noto-color-emoji unicode-data
