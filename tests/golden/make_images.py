#!/usr/bin/env python3
"""Small pictures in every form that is read, and what Pillow makes of them; for tests/files/test_image.c.

    python3 tests/golden/make_images.py        writes tests/golden/images/

Made with Python 3.11.7, NumPy 2.4.6, Pillow 12.3.0 (libjpeg-turbo 3.1.4.1, zlib 1.2.13), torch 2.11.0, torchvision 0.26.0,
simplejpeg 1.9.0 (only to write samplings that Pillow does not write). Pillow before 13 is needed: it resizes rows, then
columns, where Pillow 13 sometimes begins with the columns. NAME.ppm is what ImageOps.exif_transpose(Image.open(NAME)).convert("RGB")
gives, except for 16 bit grey, which Pillow saturates at 255: there it is the high byte.
"""
import io
import pathlib
import struct
import zlib

import numpy as np
import simplejpeg
from PIL import Image, ImageOps, __version__
from torchvision import transforms
from torchvision.transforms import InterpolationMode

OUT = pathlib.Path(__file__).parent / "images"
GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
CHANNELS = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGBA: 4}
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def paeth(a, b, c):
    p = a.astype(int) + b - c
    pa, pb, pc = abs(p - a), abs(p - b), abs(p - c)
    return np.where((pa <= pb) & (pa <= pc), a, np.where(pb <= pc, b, c))


def packed_rows(samples, depth):
    """Rows of bytes of samples (height, width, channels)."""
    rows = samples.reshape(len(samples), -1)
    if depth == 16:
        return rows.astype(">u2").view(np.uint8)
    if depth == 8:
        return rows.astype(np.uint8)
    bits = (rows[:, :, None] >> np.arange(depth - 1, -1, -1)) & 1
    return np.packbits(bits.reshape(len(rows), -1).astype(np.uint8), axis=1)


def filtered(samples, depth):
    """Scan lines with filters 0 to 4 in turn."""
    rows = packed_rows(samples, depth).astype(np.uint8)
    step, before, out = max(1, depth * samples.shape[2] // 8), np.zeros(rows.shape[1], np.uint8), b""
    for y, row in enumerate(rows):
        left = np.concatenate([np.zeros(step, np.uint8), row])[: len(row)]
        corner = np.concatenate([np.zeros(step, np.uint8), before])[: len(row)]
        guess = [0, left, before, (left.astype(int) + before) // 2, paeth(left, before, corner)][y % 5]
        out += bytes([y % 5]) + ((row.astype(int) - guess) % 256).astype(np.uint8).tobytes()
        before = row
    return out


def png(samples, kind, depth, interlaced=False, extra=b""):
    height, width, _ = samples.shape
    if interlaced:
        parts = [samples[y::dy, x::dx] for x, y, dx, dy in ADAM7]
        data = b"".join(filtered(part, depth) for part in parts if part.size)
    else:
        data = filtered(samples, depth)
    head = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, int(interlaced))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra + chunk(b"IDAT", zlib.compress(data, 9))
            + chunk(b"IEND", b""))


def scene(height, width, seed):
    """Smooth colours, an edge and some noise, 0 to 1, four channels."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    base = np.stack([x / width, y / height, (x + y) / (width + height), 1 - x / width], axis=-1)
    base[(x - width * 0.6) ** 2 + (y - height * 0.4) ** 2 < (0.3 * min(width, height)) ** 2] *= 0.25
    return np.clip(base + random.normal(0, 0.08, base.shape), 0, 1)


def save(name, data, expected=None):
    (OUT / name).write_bytes(data)
    if expected is None:
        expected = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB"))
    Image.fromarray(expected).save(OUT / (name + ".ppm"))


def make_png():
    kinds = {"grey": GREY, "rgb": RGB, "palette": PALETTE, "greyalpha": GREY_ALPHA, "rgba": RGBA}
    depths = {"grey": [1, 2, 4, 8, 16], "rgb": [8, 16], "palette": [1, 2, 4, 8], "greyalpha": [8, 16], "rgba": [8, 16]}
    random = np.random.default_rng(1)
    for word, kind in kinds.items():
        for depth in depths[word]:
            most = 2**depth - 1
            samples = np.round(scene(11, 13, depth)[:, :, : CHANNELS[kind]] * most).astype(int)
            colours = chunk(b"PLTE", random.integers(0, 256, 3 * (most + 1), dtype=np.uint8).tobytes())
            extra = colours if kind == PALETTE else b""
            high = np.repeat((samples >> 8).astype(np.uint8), 3, axis=2) if (kind, depth) == (GREY, 16) else None
            for interlaced in (False, True):
                name = f"{word}{depth}{'i' if interlaced else ''}.png"
                save(name, png(samples, kind, depth, interlaced, extra), high)
    # Transparency: of a palette, of one grey, of one colour
    samples = np.round(scene(11, 13, 8) * 255).astype(int)
    ramp = chunk(b"PLTE", bytes(range(256)) * 3)
    save("palette8t.png", png(samples[:, :, :1], PALETTE, 8, False, ramp + chunk(b"tRNS", bytes(range(0, 200, 2)))))
    save("grey8t.png", png(samples[:, :, :1], GREY, 8, False, chunk(b"tRNS", struct.pack(">H", samples[5, 5, 0]))))
    save("rgb8t.png", png(samples[:, :, :3], RGB, 8, False, chunk(b"tRNS", struct.pack(">3H", *samples[5, 5, :3]))))


    # What a picture may carry beside its pixels: gamma, depth, background, which change nothing, and orientation (6: a
    # quarter turn), which does
    notes = (chunk(b"gAMA", struct.pack(">I", 100000)) + chunk(b"sBIT", bytes([5, 6, 5]))
             + chunk(b"bKGD", struct.pack(">3H", 200, 10, 10)) + chunk(b"eXIf", orientation(6)))
    save("rgb8c.png", png(samples[:, :, :3], RGB, 8, False, notes))


def orientation(value):
    """An EXIF block that says nothing but how the camera was held."""
    return b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x112, 3, 1, value, 0, 0)


def jpeg(image, **options):
    stream = io.BytesIO()
    image.save(stream, "JPEG", **options)
    return stream.getvalue()


def make_jpeg():
    pixels = np.round(scene(29, 33, 3) * 255).astype(np.uint8)
    colour, grey = Image.fromarray(pixels[:, :, :3].copy()), Image.fromarray(pixels[:, :, 0].copy())
    save("grey.jpg", jpeg(grey, quality=80))
    for word, sampling in (("444", 0), ("422", 1), ("420", 2)):
        save(f"colour{word}.jpg", jpeg(colour, quality=85, subsampling=sampling))
    save("progressive.jpg", jpeg(colour, quality=75, progressive=True))
    save("restart.jpg", jpeg(colour, quality=75, restart_marker_blocks=2))
    save("rgb.jpg", jpeg(colour, quality=90, keep_rgb=True))
    make_camera_jpeg()
    (OUT / "cmyk.jpg").write_bytes(jpeg(colour.convert("CMYK"), quality=50))


def make_camera_jpeg():
    """As cameras write them: chroma halved both ways, several rows of blocks, sides that no block divides, notes."""
    pixels = np.round(scene(67, 45, 4)[:, :, :3] * 255).astype(np.uint8)
    photo = Image.fromarray(pixels)
    exif = b"Exif\0\0" + orientation(6)
    save("camera.jpg", jpeg(photo, quality=95, exif=exif, icc_profile=bytes(300), comment="from the line"))
    save("camera_progressive.jpg", jpeg(photo, quality=60, progressive=True, optimize=True, exif=exif))
    save("camera_restart.jpg", jpeg(photo, quality=90, restart_marker_rows=1))
    save("camera_coarse.jpg", jpeg(photo, quality=5))
    for sampling in ("440", "411"):
        save(f"camera{sampling}.jpg", simplejpeg.encode_jpeg(pixels, quality=85, colorsubsampling=sampling))
    for width, height in ((1, 1), (1, 40), (40, 1), (16, 16), (17, 15)):
        save(f"size{width}x{height}.jpg", jpeg(photo.resize((width, height)), quality=90))


def make_bad():
    few = chunk(b"PLTE", bytes([10, 20, 30] * 3))
    (OUT / "bad_index.png").write_bytes(png(np.full((4, 4, 1), 3), PALETTE, 8, False, few))
    head = struct.pack(">IIBBBBB", 100000, 100000, 8, GREY, 0, 0, 0)
    (OUT / "bad_size.png").write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"x\x9c")
                                       + chunk(b"IEND", b""))


FILTERS = {"bilinear": InterpolationMode.BILINEAR, "bicubic": InterpolationMode.BICUBIC,
           "nearest": InterpolationMode.NEAREST}


def fitted(image, side, word):
    return transforms.Compose([transforms.Resize(side, FILTERS[word]), transforms.CenterCrop(side)])(image)


def make_resized():
    filters = {"bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC, "nearest": Image.NEAREST}
    wide, tall = (Image.fromarray(np.round(scene(h, w, 5)[:, :, :3] * 255).astype(np.uint8))
                  for h, w in ((47, 61), (90, 31)))
    for shape, image in (("wide", wide), ("tall", tall)):
        image.save(OUT / f"{shape}.png", optimize=True)
        for word, filter in filters.items():
            for width, height in ((24, 24), (61, 20), (31, 50), (36, 96)):
                image.resize((width, height), filter).save(OUT / f"{shape}_{word}_{width}x{height}.ppm")
            for side in (24, 23, 18):
                fitted(image, side, word).save(OUT / f"{shape}_{word}_fit{side}.ppm")
        make_inputs(shape, image)


def make_inputs(shape, image):
    """What a network is given: float32 (3, 24, 24), as CLIP prepares pictures, and with ImageNet's numbers."""
    openai = transforms.Normalize((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711))
    imagenet = transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    crop = transforms.Compose([transforms.Resize(24, FILTERS["bicubic"]), transforms.CenterCrop(24)])
    square = transforms.Resize((24, 24), FILTERS["bilinear"])
    for word, fit, scale in (("crop", crop, openai), ("square", square, imagenet)):
        values = transforms.Compose([fit, transforms.ToTensor(), scale])(image)
        (OUT / f"{shape}_{word}.f32").write_bytes(values.numpy().astype("<f4").tobytes())


def make_mask():
    y, x = np.mgrid[0:40, 0:52]
    defect = ((x - 20) ** 2 + (y - 15) ** 2 < 81) | ((x > 40) & (y % 7 < 2)) | ((y == 38) & (x < 30))
    Image.fromarray(np.where(defect, 255, 0).astype(np.uint8)).save(OUT / "mask.png", optimize=True)
    # The same defects in other forms: value 1 of 255, 1 of 65535, 1 bit, coloured, label ids 1 to 9
    (OUT / "mask_one.png").write_bytes(png(defect[:, :, None].astype(int), GREY, 8))
    (OUT / "mask_16.png").write_bytes(png(defect[:, :, None].astype(int), GREY, 16))
    (OUT / "mask_bit.png").write_bytes(png(defect[:, :, None].astype(int), GREY, 1))
    colours = chunk(b"PLTE", bytes([0, 0, 0, 0, 0, 1, 9, 0, 0]))
    (OUT / "mask_palette.png").write_bytes(png((defect * (1 + x % 2))[:, :, None], PALETTE, 8, False, colours))
    alpha = np.stack([defect * 7, np.full(defect.shape, 255)], axis=-1)
    (OUT / "mask_alpha.png").write_bytes(png(alpha, GREY_ALPHA, 8))
    (OUT / "mask_ids.png").write_bytes(png((defect * (1 + x // 6))[:, :, None], GREY, 8))
    (OUT / "mask.jpg").write_bytes(jpeg(Image.fromarray(np.where(defect, 255, 0).astype(np.uint8)), quality=95))
    image = Image.fromarray(np.where(defect, 255, 0).astype(np.uint8))
    image.save(OUT / "mask.pgm")
    for word, filter in (("bilinear", Image.BILINEAR), ("nearest", Image.NEAREST)):
        small = np.asarray(image.resize((16, 16), filter)) / 255 > 0.5
        Image.fromarray((small * 255).astype(np.uint8)).save(OUT / f"mask_{word}_16x16.pgm")
    for side in (16, 17):
        small = np.asarray(fitted(image, side, "bilinear")) / 255 > 0.5
        Image.fromarray((small * 255).astype(np.uint8)).save(OUT / f"mask_bilinear_fit{side}.pgm")


if __name__ == "__main__":
    if int(__version__.split(".")[0]) > 12:
        raise SystemExit(f"Pillow {__version__} resizes in another order; install one before 13: pip install 'pillow<13'")
    OUT.mkdir(parents=True, exist_ok=True)
    make_png()
    make_jpeg()
    make_bad()
    make_resized()
    make_mask()
