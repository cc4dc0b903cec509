# SPDX-License-Identifier: Apache-2.0
"""Files as torch.save() writes them, for the reader's unit test and its fuzzer.

    python scripts/make_fixture_pth.py tests/data/pth tests/fuzz/seeds/fuzz_pth
"""
import shutil
import sys
from collections import OrderedDict
from pathlib import Path

import torch


def main():
    folder, seeds = Path(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    seeds.mkdir(parents=True, exist_ok=True)
    count = torch.arange(24, dtype=torch.float32)
    module = torch.nn.BatchNorm1d(3)
    module.weight.data.copy_(torch.tensor([1.0, 2.0, 3.0]))
    torch.save({
        "net": OrderedDict([("module.weight", count.reshape(2, 3, 4)), ("module.bias", torch.tensor([0.5, -1.5]).half())]),
        "norm": module.state_dict(),  # with its layout's version, and a scalar
        "parameter": torch.nn.Parameter(torch.tensor([[1.0, 2.0]])),
        "small": {"bf16": torch.tensor([1.0, -3.0], dtype=torch.bfloat16), 7: torch.tensor([9, 8], dtype=torch.int32)},
        "second_row": count.reshape(4, 6)[1:2],  # of the whole storage
        "double": torch.tensor([1.0], dtype=torch.float64),
        "turned": count.reshape(4, 6).t(),
        "deep": torch.zeros(1, 1, 1, 1, 2),
        "epoch": 12, "rate": 0.25, "name": "tiny", "nothing": None, "flag": True, "large": 1 << 40,
    }, folder / "dict.pth")
    torch.save(torch.arange(12, dtype=torch.float32).reshape(3, 1, 4), folder / "voice.pt")
    torch.save(torch.nn.Linear(2, 2), folder / "module.pth")  # a pickled class: refused
    torch.save({"list": [torch.zeros(1)]}, folder / "list.pth")
    torch.save({"old": torch.zeros(2)}, folder / "legacy.pth", _use_new_zipfile_serialization=False)
    for f in folder.iterdir():
        shutil.copy(f, seeds / f.name)


main()
