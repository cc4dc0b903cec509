# SPDX-License-Identifier: Apache-2.0
"""The recipe of voice-1; see README.md."""
