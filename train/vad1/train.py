# SPDX-License-Identifier: Apache-2.0
"""Trains vad-1 on the shards of a transcribe-1 preset and writes it out.

    python -m vad1.train small --to models/vad-1 [--steps 1500] [--sounds /usr/share/sounds /usr/share/games]
"""

import argparse
import json
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch.utils.data import DataLoader
from transcribe1.config import CACHE, SEED

from .data import Scenes
from .model import CHUNK, CONTEXT, Vad

BATCH = 12
SPOKEN = {"asterisk", "alsa"}  # folders whose sounds are speech


def sound_files(folders: list) -> list:
    """Sounds and music of installed games and desktops; spoken ones stay out."""
    kinds = {".ogg", ".oga", ".wav"}
    return sorted(path for folder in folders for path in folder.rglob("*") if path.suffix in kinds and not SPOKEN & set(path.parts))


def train(scenes, steps: int, device: str) -> Vad:
    torch.manual_seed(SEED)
    model = Vad().to(device)
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=2e-3, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=steps, pct_start=0.1)
    total = 0.0
    for step, (audio, labels) in zip(range(1, steps + 1), DataLoader(scenes, batch_size=None, num_workers=1, prefetch_factor=8)):
        loss = F.binary_cross_entropy_with_logits(model(audio.to(device)), labels.to(device))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        schedule.step()
        total += loss.item()
        if step % 100 == 0:
            print(json.dumps({"step": step, "loss": round(total / 100, 4)}), flush=True)
            total = 0.0
    return model.cpu().eval()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("preset")
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--sounds", type=Path, nargs="*", default=[Path("/usr/share/sounds"), Path("/usr/share/games")])
    args = parser.parse_args()
    work = CACHE / args.preset
    scenes = Scenes([work / "shards", work / "humans"], sound_files(args.sounds), BATCH)
    model = train(scenes, args.steps, "cuda" if torch.cuda.is_available() else "cpu")
    args.to.mkdir(parents=True, exist_ok=True)
    save_file({name: t.contiguous() for name, t in model.state_dict().items()}, args.to / "model.safetensors", metadata={"format": "pt"})
    config = {"model_type": "silero_vad", "sampling_rate": 16000, "chunk": CHUNK, "context": CONTEXT, "threshold": 0.5,
              "inhouse": {"name": "vad-1", "version": "0.2"}}
    (args.to / "config.json").write_text(json.dumps(config, indent=2) + "\n")


if __name__ == "__main__":
    main()
