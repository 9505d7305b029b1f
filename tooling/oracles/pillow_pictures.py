"""Golden files of packages/images: files that Pillow wrote and what it reads from them, and what it resizes and recolours.

    pip install pillow==13.0.0 numpy
    python pillow_pictures.py

Pictures come from a formula that the tests have as well (`testing/formula-picture.ts`); results are kept as sha256 of the bytes.
"""

import base64
import hashlib
import io
import json
import struct
import zlib
from pathlib import Path

import numpy
import PIL
from PIL import Image, ImageEnhance, ImageOps

TARGET = Path(__file__).parents[2] / "packages" / "images" / "src" / "__fixtures__"


def formula(width, height, channels=3):
    """Waves and steps, so that neither smooth areas nor edges are left out."""
    y, x, c = numpy.meshgrid(range(height), range(width), range(channels), indexing="ij")
    wave = (x * (3 + c) + y * (5 - c)) % 256
    step = (x * 7 // 5 + y * 3 // 4 + c * 5) % 13 * 19
    noise = (x * x * 31 + y * y * 17 + x * y * 7 + c * 101) % 251
    return ((wave * 2 + step + noise) // 4).astype(numpy.uint8)


def digest(image):
    return hashlib.sha256(numpy.asarray(image).tobytes()).hexdigest()


def encoded(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def with_orientation(image, orientation, kind="JPEG"):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(image, kind, exif=exif)


def png(width, height, depth, color, rows, *extra, interlace=0):
    """For the forms that Pillow does not write."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, interlace))
    body = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunk(*e) for e in extra) + body + chunk(b"IEND", b"")


def adam7(pixels):
    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    rows = b""
    for top, left, down, right in passes:
        part = pixels[top::down, left::right]
        if part.size:
            rows += b"".join(b"\0" + row.tobytes() for row in part)
    return rows


def pictures():
    photo = Image.fromarray(formula(45, 31))
    grey = photo.convert("L")
    files = {
        "jpeg 4:2:0": encoded(photo, "JPEG", quality=85),
        "jpeg 4:2:2": encoded(photo, "JPEG", quality=85, subsampling=1),
        "jpeg 4:4:4": encoded(photo, "JPEG", quality=95, subsampling=0),
        "jpeg progressive": encoded(photo, "JPEG", quality=80, progressive=True),
        "jpeg grey": encoded(grey, "JPEG", quality=90),
        "jpeg cmyk": encoded(photo.convert("CMYK"), "JPEG", quality=90),
        "png rgb": encoded(photo, "PNG"),
        "png grey": encoded(grey, "PNG"),
        "png palette": encoded(photo.quantize(16), "PNG"),
        "png bilevel": encoded(grey.convert("1"), "PNG"),
        "png interlaced": png(45, 31, 8, 2, adam7(formula(45, 31)), interlace=1),
        "webp lossy": encoded(photo, "WEBP", quality=80),
        "webp lossless": encoded(photo, "WEBP", lossless=True),
    }
    for orientation in range(1, 9):
        files[f"jpeg orientation {orientation}"] = with_orientation(Image.fromarray(formula(19, 11)), orientation)
    files["png orientation 6"] = with_orientation(Image.fromarray(formula(19, 11)), 6, "PNG")
    files["webp orientation 8"] = with_orientation(Image.fromarray(formula(19, 11)), 8, "WEBP")
    for name, data in files.items():
        image = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
        size = {"width": image.width, "height": image.height}
        yield {"name": name, "base64": base64.b64encode(data).decode(), **size, "sha256": digest(image)}


def unread():
    """What a decoder must refuse or treat in its own way."""
    photo = Image.fromarray(formula(20, 14))
    frames = [photo, photo.rotate(180)]
    return {
        "gif": encoded(photo, "GIF"),
        "bmp": encoded(photo, "BMP"),
        "tiff": encoded(photo, "TIFF"),
        "webp animated": encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:]),
        "png animated": encoded(frames[0], "PNG", save_all=True, append_images=frames[1:]),
        "png 16 bit": png(2, 1, 16, 2, b"\0" + struct.pack(">6H", 0, 65535, 32768, 257, 12850, 400)),
        "png transparent": encoded(Image.fromarray(numpy.array([[[9, 90, 200, 0], [9, 90, 200, 128], [9, 90, 200, 255]]], numpy.uint8)), "PNG"),
    }


def resizes():
    filters = {"bicubic": Image.BICUBIC, "bilinear": Image.BILINEAR, "box": Image.BOX}
    sizes = [
        ((45, 31), (20, 14)),
        ((45, 31), (97, 80)),
        ((45, 31), (45, 9)),
        ((45, 31), (8, 31)),
        ((45, 31), (1, 1)),
        ((1, 1), (5, 3)),
        ((640, 427), (224, 224)),
        ((500, 375), (341, 256)),
        ((101, 67), (224, 224)),
        ((3, 500), (7, 13)),
    ]
    for name, kernel in filters.items():
        for source, target in sizes:
            result = Image.fromarray(formula(*source)).resize(target, kernel)
            yield {"filter": name, "from": source, "to": target, "sha256": digest(result)}
    for channels in (1, 4):
        data = formula(45, 31, channels)
        result = Image.fromarray(data[:, :, 0] if channels == 1 else data)
        if channels == 4:  # Pillow multiplies by alpha first; four plain channels are resized one by one here
            result = Image.merge("RGBA", [band.resize((20, 14), Image.BICUBIC) for band in result.split()])
        else:
            result = result.resize((20, 14), Image.BICUBIC)
        yield {"filter": "bicubic", "from": [45, 31], "to": [20, 14], "channels": channels, "sha256": digest(result)}


def colors():
    photo = Image.fromarray(formula(9, 7))
    enhancers = {"brightness": ImageEnhance.Brightness, "contrast": ImageEnhance.Contrast, "saturation": ImageEnhance.Color}
    for name, enhancer in enhancers.items():
        for factor in (0, 0.6, 1.4, 2.5):
            values = numpy.asarray(enhancer(photo).enhance(factor)).flatten().tolist()
            yield {"what": name, "factor": factor, "values": values}


def main():
    TARGET.mkdir(parents=True, exist_ok=True)
    made = {"madeBy": f"tooling/oracles/pillow_pictures.py with Pillow {PIL.__version__}"}
    write = lambda name, value: (TARGET / name).write_text(json.dumps({**made, **value}) + "\n")
    write("pillow-pictures.json", {"pictures": list(pictures())})
    write("pillow-unread.json", {k: base64.b64encode(v).decode() for k, v in unread().items()})
    write("pillow-resize.json", {"resizes": list(resizes()), "colors": list(colors())})


if __name__ == "__main__":
    main()
