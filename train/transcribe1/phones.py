# SPDX-License-Identifier: Apache-2.0
"""The phones that espeak-ng reports, as classes of the phone head: what all languages' sounds have in common.

    python -m transcribe1.phones small
Dense targets, one for each 20 ms: they teach the lower encoder in an hour what CTC and attention would need days for.
"""

import collections
import json
import sys

from .config import CACHE, PRESETS
from .shards import read_shard
from .voices import PAUSE

LEAST = 20  # times a phone must come in the shards read
SHARDS = 8
UNKNOWN = -100  # cross-entropy's mark for positions that do not count


class Phones:
    """Names to classes; class 0 is silence."""

    def __init__(self, path):
        self.classes = {name: i for i, name in enumerate(json.loads(path.read_text()))}

    def __len__(self):
        return len(self.classes)

    def find(self, name: str) -> int:
        return self.classes.get(name, UNKNOWN)


def main():
    folder = CACHE / PRESETS[sys.argv[1]].name
    counts = collections.Counter()
    for index in sorted((folder / "shards").glob("*.jsonl"))[:SHARDS]:
        for clip in read_shard(index):
            counts.update(name for name, _ in clip.phone_times())
    counts.pop(PAUSE, None)
    names = [PAUSE] + sorted(name for name, count in counts.items() if count >= LEAST)
    (folder / "phones.json").write_text(json.dumps(names, ensure_ascii=False) + "\n")
    print(f"{len(names)} phones")


if __name__ == "__main__":
    main()
