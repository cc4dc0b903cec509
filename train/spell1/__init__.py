# SPDX-License-Identifier: Apache-2.0
"""Training of spell-1, which turns written words into phonemes."""
