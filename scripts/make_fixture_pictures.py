# SPDX-License-Identifier: Apache-2.0
"""Writes tests/data/pictures: small pictures by Pillow 13.0, and what Pillow reads from each (NAME.rgb: width and height
as little-endian 32-bit numbers, then rows of three bytes a pixel, laid on white). `--seeds` also writes those of
tests/fuzz/seeds/fuzz_picture.

    pip install pillow==13.0.0 numpy
    python scripts/make_fixture_pictures.py [--seeds]
"""
import io
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, PngImagePlugin

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "tests/data/pictures"
SEEDS = ROOT / "tests/fuzz/seeds/fuzz_picture"
WIDTH, HEIGHT = 13, 9


def scene():
    """A picture in which no row, column or channel is like another."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    rgb = np.stack([x * 19 + y, 255 - y * 28, (x * y * 5 + 40 * (x > 6)) % 256], -1)
    return Image.fromarray(rgb.astype(np.uint8), "RGB")


def transparent():
    picture = scene().convert("RGBA")
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    picture.putalpha(Image.fromarray(((x + y) * 12).clip(0, 255).astype(np.uint8), "L"))
    return picture


def on_white(picture):
    picture = ImageOps.exif_transpose(picture)
    if picture.mode in ("RGBA", "LA", "P", "PA"):
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        white.alpha_composite(picture)
        picture = white
    return picture.convert("RGB")


def raw(picture):
    return struct.pack("<II", *picture.size) + picture.convert("RGB").tobytes()


def save(name, picture, **options):
    buffer = io.BytesIO()
    picture.save(buffer, Path(name).suffix[1:].replace("jpg", "jpeg"), **options)
    (OUT / name).write_bytes(buffer.getvalue())
    return buffer.getvalue()


def with_orientation(value):
    exif = Image.Exif()
    exif[0x0112] = value
    return exif


def png(width, height, depth, colour, rows, extra=b""):
    """A PNG in a form that Pillow does not write."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + r for r in rows), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def write_pngs():
    save("rgb.png", scene())
    save("rgba.png", transparent())
    save("grey.png", scene().convert("L"))
    save("grey_alpha.png", transparent().convert("LA"))
    save("palette.png", scene().quantize(16))
    save("palette_clear.png", scene().quantize(16), transparency=3)
    save("bits.png", scene().convert("1"))
    deep = np.asarray(scene()).astype(">u2") * 257
    (OUT / "deep.png").write_bytes(png(WIDTH, HEIGHT, 16, 2, [r.tobytes() for r in deep]))
    info = PngImagePlugin.PngInfo()
    info.add_itxt("parameters", "ein Bär, 熊")
    save("itxt.png", scene(), pnginfo=info)
    info = PngImagePlugin.PngInfo()
    info.add_text("Software", "x")
    info.add_text("parameters", "caf\xe9")
    save("text.png", scene(), pnginfo=info)


def write_jpegs():
    save("rgb.jpg", scene(), quality=95, subsampling=0)
    save("grey.jpg", scene().convert("L"), quality=95)
    save("progressive.jpg", scene(), quality=95, subsampling=0, progressive=True)
    save("cmyk.jpg", scene().convert("CMYK"), quality=95)
    for i in range(1, 9):
        save(f"turned{i}.jpg", scene(), quality=95, subsampling=0, exif=with_orientation(i))
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0a plain note"
    save("comment.jpg", scene(), exif=exif)
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + "B\u00e4r \U0001f43b".encode("utf-16-be")
    save("comment16.jpg", scene(), exif=exif)


def write_webps():
    save("lossless.webp", transparent(), lossless=True, exact=True)
    save("lossy.webp", scene(), quality=95)
    save("turned.webp", scene(), lossless=True, exif=with_orientation(6))
    second = Image.new("RGB", scene().size, "blue")
    save("film.webp", scene(), save_all=True, append_images=[second], lossless=True, duration=100)


def write_sizes():
    """Catmull-Rom is Pillow's BICUBIC, in floats so that nothing is cut between the axes; areas of whole pixels are its
    BOX."""
    planes = [Image.fromarray(np.asarray(plane).astype(np.float32)).resize((31, 20), Image.Resampling.BICUBIC)
              for plane in scene().split()]
    larger = np.stack([np.asarray(plane) for plane in planes], -1).round().clip(0, 255).astype(np.uint8)
    (OUT / "larger.rgb").write_bytes(raw(Image.fromarray(larger)))
    wide = scene().resize((52, 36), Image.Resampling.NEAREST)
    save("wide.png", wide)
    (OUT / "smaller.rgb").write_bytes(raw(wide.resize((13, 12), Image.Resampling.BOX)))


def write_seeds():
    SEEDS.mkdir(parents=True, exist_ok=True)
    for path in OUT.iterdir():
        if path.suffix != ".rgb" and path.name not in {f"turned{i}.jpg" for i in (1, 2, 3, 4, 5, 7, 8)}:
            (SEEDS / path.name).write_bytes(path.read_bytes())


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    write_pngs()
    write_jpegs()
    write_webps()
    for path in sorted(OUT.iterdir()):
        if path.suffix != ".rgb" and path.stem != "wide":
            (OUT / (path.name + ".rgb")).write_bytes(raw(on_white(Image.open(path))))
    write_sizes()
    if "--seeds" in sys.argv:
        write_seeds()


main()
