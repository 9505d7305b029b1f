"""Pictures that are no digits, for `googlenet outliers --unlike` and for the page's measure of doubt.

    pip install pillow==13.0.0
    python unlike_digits.py folder OUT FONT...          # letters three times, bent by a seed, and scribbles: OUT/KIND/NAME.png
    python unlike_digits.py fixture OUT.json FONT...    # each letter once, as it is

The rule that the page ships was learned from Debian's fonts-bwht, fonts-dkg-handwriting, fonts-breip, fonts-femkeklaver, fonts-humor-sans,
fonts-kristi, fonts-rufscript, fonts-sjfonts, fonts-tomsontalks and fonts-comic-neue (Regular); the fixture holds the fonts that it names, none of
them among these.
"""

import base64
import gzip
import json
import math
import random
import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
VARIANTS = 3
SCRIBBLES = 60
SIDE, CELL = 52, 64


def letter(font, character):
    left, top, right, bottom = font.getbbox(character)
    image = Image.new("L", (right - left + 8, bottom - top + 8), 0)
    ImageDraw.Draw(image).text((4 - left, 4 - top), character, fill=255, font=font)
    return image


def bent(image, rng):
    """Turned and sheared a little."""
    angle, shear = rng.uniform(-0.15, 0.15), rng.uniform(-0.2, 0.2)
    side = 2 * max(image.size) + 64
    square = Image.new("L", (side, side), 0)
    square.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    cosine, sine, middle = math.cos(angle), math.sin(angle), side / 2
    across = [cosine, shear - sine]
    down = [sine, cosine]
    rows = [[a, b, middle - (a + b) * middle] for a, b in (across, down)]
    return square.transform(square.size, Image.AFFINE, rows[0] + rows[1], Image.BILINEAR)


def fitted(image, side, cell):
    image = image.crop(image.getbbox())
    scale = side / max(image.size)
    size = [max(1, round(length * scale)) for length in image.size]
    image = image.resize(size, Image.BOX if scale < 1 else Image.BILINEAR)
    square = Image.new("L", (cell, cell), 0)
    square.paste(image, ((cell - image.width) // 2, (cell - image.height) // 2))
    return square


def scribble(kind, rng):
    if kind == "scribble":
        x = y = 0.0
        direction, points = rng.uniform(0, 6), []
        for _ in range(30 + rng.randrange(60)):
            direction += rng.uniform(-1.1, 1.3)
            x, y = x + math.cos(direction), y + math.sin(direction)
            points.append((x, y))
    elif kind == "zigzag":
        points = [
            (i * rng.uniform(0.3, 0.5), rng.uniform(0.5, 1) if i % 2 else rng.uniform(-1, -0.5))
            for i in range(6 + rng.randrange(9))
        ]
    else:
        points = [(rng.uniform(-1, 1), rng.uniform(-1, 1)) for _ in range(7 + rng.randrange(12))]
    low = [min(point[axis] for point in points) for axis in (0, 1)]
    reach = max(max(point[axis] for point in points) - low[axis] for axis in (0, 1))
    placed = [tuple(40 + 400 * (point[axis] - low[axis]) / reach for axis in (0, 1)) for point in points]
    image = Image.new("L", (480, 480), 0)
    ImageDraw.Draw(image).line(placed, fill=255, width=rng.randrange(24, 48), joint="curve")
    return image


def write_folder(out, fonts):
    rng = random.Random(7)
    for path in fonts:
        font = ImageFont.truetype(path, 160)
        for character in LETTERS:
            # Some file systems do not tell A from a.
            folder = out / (character if character.islower() else f"capital-{character}")
            folder.mkdir(parents=True, exist_ok=True)
            for variant in range(VARIANTS):
                image = fitted(bent(letter(font, character), rng), SIDE, CELL)
                image.save(folder / f"{Path(path).stem}-{variant}.png")
    for kind in ("scribble", "zigzag", "tangle"):
        (out / kind).mkdir(parents=True, exist_ok=True)
        for i in range(SCRIBBLES):
            fitted(bent(scribble(kind, rng), rng), SIDE, CELL).save(out / kind / f"{i}.png")


def write_fixture(out, fonts):
    side = 40
    bits = bytearray()
    for path in fonts:
        font = ImageFont.truetype(path, 160)
        for character in LETTERS:
            cell = fitted(letter(font, character), 36, side)
            bits += cell.point(lambda level: 255 if level > 127 else 0).convert("1").tobytes()
    out.write_text(
        json.dumps(
            {
                "source": "tooling/oracles/unlike_digits.py fixture; fonts under the SIL Open Font License",
                "fonts": [Path(path).stem for path in fonts],
                "letters": LETTERS,
                "side": side,
                "bits": base64.b64encode(gzip.compress(bytes(bits), 9, mtime=0)).decode(),
            }
        )
        + "\n"
    )


if __name__ == "__main__":
    mode, out, *fonts = sys.argv[1:]
    (write_folder if mode == "folder" else write_fixture)(Path(out), fonts)
