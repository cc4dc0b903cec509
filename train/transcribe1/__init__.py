# SPDX-License-Identifier: Apache-2.0
"""Training recipe of transcribe-1."""
