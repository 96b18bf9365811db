#!/usr/bin/env python3
"""Small pictures that are stored turned, and pictures of the formats beside PNG and JPEG, with what Pillow makes of them;
for tests/files/test_image_turned.c and tests/files/test_image_formats.c.

    python3 tests/golden/make_formats.py        writes tests/golden/turned/ and tests/golden/formats/

Made with Python 3.11.7, NumPy 2.4.6, Pillow 13.0.0 (libjpeg-turbo 3.2.0, libtiff 4.7.2, libwebp 1.6.0). FILE.ppm is what
ImageOps.exif_transpose(Image.open(FILE)).convert("RGB") gives, except for 16 bit grey, which Pillow saturates at 255, and
16 bit grey whose zero is white, which it does not turn round: there it is the high byte.
"""
import io
import pathlib
import struct
import warnings
import zlib

import numpy as np
from PIL import Image, ImageOps

import make_images
from make_images import GREY, RGB, chunk, png, scene

TURNED = pathlib.Path(__file__).parent / "turned"
FORMATS = pathlib.Path(__file__).parent / "formats"
SHORT, LONG, BYTE, ASCII = 3, 4, 1, 2


def save(folder, name, data, expected=None):
    (folder / name).write_bytes(data)
    if expected is None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = Image.open(io.BytesIO(data))
            try:
                picture = ImageOps.exif_transpose(picture)
            except SyntaxError:
                pass  # no EXIF block at all, says Pillow: as it is stored
            expected = np.asarray(picture.convert("RGB"))
    Image.fromarray(expected).save(folder / (name + ".ppm"))


def encoded(image, form, **options):
    stream = io.BytesIO()
    image.save(stream, form, **options)
    return stream.getvalue()


# ---- stored turned ----


def exif(value, big=True, kind=SHORT, count=1, before=(), tag=274):
    """An EXIF block whose IFD has some other entries and the orientation."""
    order = ">" if big else "<"
    width = {SHORT: "H", LONG: "I", BYTE: "B"}[kind]
    values = struct.pack(order + width * count, *[value] * count)
    entries = list(before) + [(tag, kind, count, values)]
    place = 8 + 2 + 12 * len(entries) + 4
    head, tail = b"", b""
    for number, form, n, data in entries:
        field = data.ljust(4, b"\0") if len(data) <= 4 else struct.pack(order + "I", place + len(tail))
        tail += data if len(data) > 4 else b""
        head += struct.pack(order + "HHI", number, form, n) + field
    return ((b"MM\0*" if big else b"II*\0") + struct.pack(order + "IH", 8, len(entries)) + head + bytes(4) + tail)


def xmp(value, element=False):
    about = f'<tiff:Orientation>{value}</tiff:Orientation>' if element else ""
    attribute = "" if element else f' tiff:Orientation="{value}"'
    return (f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description{attribute}>{about}</rdf:Description></x:xmpmeta>').encode()


def segment(data, marker=0xE1):
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def with_segments(jpeg, *parts):
    return jpeg[:2] + b"".join(segment(part) for part in parts) + jpeg[2:]


def riff(*chunks):
    body = b"WEBP" + b"".join(kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for kind, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def webp_with(image, flags, *chunks):
    """An extended WebP: its flags, the lossless picture, further chunks."""
    plain = encoded(image, "WEBP", lossless=True)
    head = struct.pack("<I", flags) + struct.pack("<I", image.width - 1)[:3] + struct.pack("<I", image.height - 1)[:3]
    return riff((b"VP8X", head), (b"VP8L", plain[20:20 + struct.unpack("<I", plain[16:20])[0]]), *chunks)


def tiff(pixels, orientation=None, big=False, bits=8, photometric=None, planar=1, tile=None, rows=4, palette=None,
         extra=(), fill=1, sample_format=None, more=(), pages=1):
    """Uncompressed: pixels (height, width, samples), in strips of some rows or in square tiles."""
    order = ">" if big else "<"
    height, width, samples = pixels.shape
    planes = [pixels] if planar == 1 else [pixels[:, :, s:s + 1] for s in range(samples)]
    blocks = []
    for plane in planes:
        if tile:
            whole = np.pad(plane, ((0, -height % tile), (0, -width % tile), (0, 0)))
            blocks += [whole[y:y + tile, x:x + tile] for y in range(0, height, tile) for x in range(0, width, tile)]
        else:
            blocks += [plane[y:y + rows] for y in range(0, height, rows)]
    data = [packed(block, bits, order, fill) for block in blocks]
    shorts = lambda *v: (SHORT, len(v), struct.pack(order + "H" * len(v), *v))
    longs = lambda *v: (LONG, len(v), struct.pack(order + "I" * len(v), *v))
    tags = {256: longs(width), 257: longs(height), 258: shorts(*[bits] * samples), 259: shorts(1),
            262: shorts(photometric if photometric is not None else (2 if samples >= 3 else 1)), 277: shorts(samples),
            284: shorts(planar)}
    if orientation is not None:
        tags[274] = shorts(orientation)
    if fill != 1:
        tags[266] = shorts(fill)
    if palette is not None:
        tags[320] = shorts(*palette)
    if extra:
        tags[338] = shorts(*extra)
    if sample_format:
        tags[339] = shorts(*[sample_format] * samples)
    tags.update(more)
    out = (b"MM\0*" if big else b"II*\0") + struct.pack(order + "I", 0)
    last = 4
    for _ in range(pages):
        places = []
        for block in data:
            places.append(len(out))
            out += block + b"\0" * (len(block) % 2)
        sizes = [len(block) for block in data]
        own = dict(tags)
        if tile:
            own.update({322: longs(tile), 323: longs(tile), 324: longs(*places), 325: longs(*sizes)})
        else:
            own.update({273: longs(*places), 278: longs(rows), 279: longs(*sizes)})
        start, tail, head = len(out), b"", b""
        for number in sorted(own):
            form, count, value = own[number]
            if len(value) > 4:
                place = start + 2 + 12 * len(own) + 4 + len(tail)
                tail += value + b"\0" * (len(value) % 2)
                value = struct.pack(order + "I", place)
            head += struct.pack(order + "HHI", number, form, count) + value.ljust(4, b"\0")
        out = out[:last] + struct.pack(order + "I", start) + out[last + 4:]
        last = start + 2 + len(head)
        out += struct.pack(order + "H", len(own)) + head + bytes(4) + tail
    return out


def packed(block, bits, order, fill):
    rows = block.reshape(len(block), -1)
    if bits == 16:
        return rows.astype(order + "u2").tobytes()
    if bits == 32:
        return rows.astype(order + "f4").tobytes()
    out = make_images.packed_rows(block, bits)
    if fill == 2:
        out = np.packbits(np.unpackbits(out.astype(np.uint8), axis=1).reshape(len(out), -1, 8)[:, :, ::-1].reshape(len(out), -1), axis=1)
    return out.astype(np.uint8).tobytes()


def make_turned():
    for shape, (height, width) in (("wide", (7, 11)), ("square", (9, 9))):
        pixels = np.round(scene(height, width, 7)[:, :, :3] * 255).astype(np.uint8)
        image = Image.fromarray(pixels)
        for value in range(1, 9):
            block, name = exif(value, big=value % 2 == 1), f"{shape}_{value}"
            save(TURNED, name + ".jpg", with_segments(encoded(image, "JPEG", quality=90), b"Exif\0\0" + block))
            save(TURNED, name + ".png", png(pixels.astype(int), RGB, 8, False, chunk(b"eXIf", block)))
            save(TURNED, name + ".webp", webp_with(image, 8, (b"EXIF", block)))
            save(TURNED, name + ".tif", tiff(pixels.astype(int), value, big=value % 2 == 1))


def raw_profile(block):
    data = b"Exif\0\0" + block
    return b"\nexif\n%8d\n" % len(data) + b"\n".join(data.hex().encode()[i:i + 72] for i in range(0, 2 * len(data), 72)) + b"\n"


def make_odd_png(pixels):
    """Where a PNG may say it, and how; None: 6 at the usual place."""
    plain = png(pixels.astype(int), RGB, 8)
    end = plain[-12:]
    late = lambda *chunks: plain[:-12] + b"".join(chunks) + end
    early = lambda *chunks: plain[:33] + b"".join(chunks) + plain[33:]
    profile = raw_profile(exif(8))
    key, mail = b"Raw profile type exif\0", b"XML:com.adobe.xmp\0"
    for name, data in {
            "late": late(chunk(b"eXIf", exif(6))),
            "head": early(chunk(b"eXIf", b"Exif\0\0" + exif(6))),
            "profile": early(chunk(b"zTXt", key + b"\0" + zlib.compress(profile))),
            "profile_plain": early(chunk(b"tEXt", key + profile)),
            "profile_late": late(chunk(b"zTXt", key + b"\0" + zlib.compress(profile))),
            "profile_and_exif": early(chunk(b"zTXt", key + b"\0" + zlib.compress(profile)), chunk(b"eXIf", exif(3))),
            "xmp": early(chunk(b"iTXt", mail + b"\0\0\0\0" + xmp(5))),
            "xmp_packed": early(chunk(b"iTXt", mail + b"\1\0\0\0" + zlib.compress(xmp(7, True)))),
            "xmp_and_exif": early(chunk(b"iTXt", mail + b"\0\0\0\0" + xmp(5)), chunk(b"eXIf", exif(3))),
            "nine": early(chunk(b"eXIf", exif(9))),
            "zero_and_xmp": early(chunk(b"iTXt", mail + b"\0\0\0\0" + xmp(5)), chunk(b"eXIf", exif(0))),
    }.items():
        save(TURNED, name + ".png", data)


def make_odd_jpeg(image):
    plain = encoded(image, "JPEG", quality=90)
    head, space = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"
    model = (272, ASCII, 20, b"a camera of the lab\0")
    good = exif(6, before=[model])
    loop = b"II*\0" + struct.pack("<IH", 8, 1) + struct.pack("<HHII", 0x8769, LONG, 1, 8) + struct.pack("<I", 8)
    far = exif(6)
    far = far[:4] + struct.pack(">I", 40) + bytes(32) + far[8:]
    for name, parts in {
            "model": [head + good],
            "little": [head + exif(8, big=False, before=[model])],
            "xmp": [space + xmp(3)],
            "xmp_element": [space + xmp(6, True)],
            "xmp_first": [space + xmp(3), head + exif(6)],
            "xmp_last": [head + exif(6), space + xmp(3)],
            "xmp_nine": [space + xmp(9)],
            "two": [head + exif(6), head + exif(3)],
            "two_empty_first": [head, head + exif(6)],
            "split": [head + far[:30], head + far[30:]],
            "other_first": [b"something else\0" + exif(3), head + exif(6)],
            "long": [head + exif(6, kind=LONG)],
            "long_little": [head + exif(6, kind=LONG, big=False)],
            "byte": [head + exif(6, kind=BYTE)],
            "short_pair": [head + exif(6, count=2)],
            "short_three": [head + exif(6, count=3)],
            "zero": [head + exif(0)],
            "nine": [head + exif(9)],
            "nine_little": [head + exif(9, big=False)],
            "huge": [head + exif(60000)],
            "none": [head + exif(6, tag=273)],
            "twice": [head + exif(3, before=[(274, SHORT, 1, struct.pack(">H", 6))])],
            "twice_head": [head + head + exif(6)],
            "cut": [head + exif(6)[:15]],
            "cut_in_value": [head + exif(6, count=3)[:-3]],
            "empty": [head],
            "text": [head + b"this is no block of EXIF"],
            "far": [head + exif(6)[:4] + struct.pack(">I", 0xFFFFFFF0) + exif(6)[8:]],
            "many": [head + exif(6)[:8] + struct.pack(">H", 65535) + exif(6)[10:]],
            "count": [head + exif(6)[:14] + struct.pack(">I", 0xFFFFFFFF) + exif(6)[18:]],
            "type": [head + exif(6)[:12] + struct.pack(">H", 77) + exif(6)[14:], space + xmp(3)],
            "loop": [head + loop],
    }.items():
        save(TURNED, name + ".jpg", with_segments(plain, *parts))


def make_odd_rest(pixels, image):
    for name, data in {
            "xmp": webp_with(image, 4, (b"XMP ", xmp(6))),
            "head": webp_with(image, 8, (b"EXIF", b"Exif\0\0" + exif(6))),
            "unflagged": webp_with(image, 0, (b"EXIF", exif(6))),
            "nine": webp_with(image, 8, (b"EXIF", exif(9))),
            "first": webp_with(image, 8, (b"EXIF", exif(6)), (b"EXIF", exif(3))),
    }.items():
        save(TURNED, name + ".webp", data)
    lossy = encoded(image, "WEBP", quality=80, exif=b"Exif\0\0" + exif(6))
    save(TURNED, "lossy.webp", lossy)
    samples = pixels.astype(int)
    text = xmp(6)
    save(TURNED, "nine.tif", tiff(samples, 9))
    save(TURNED, "xmp.tif", tiff(samples, more={700: (BYTE, len(text), text)}))
    save(TURNED, "tiles.tif", tiff(samples, 6, tile=16))
    save(TURNED, "packed.tif", encoded(image, "TIFF", compression="tiff_lzw", tiffinfo={274: 5}))


# ---- formats ----


def bmp(pixels, bits, header=40, top_down=False, palette=None, masks=None, compression=0):
    """pixels (height, width) of a palette's indices, or (height, width, channels) in the file's order."""
    height, width = pixels.shape[:2]
    samples = pixels.reshape(height, width, -1)
    rows = make_images.packed_rows(samples, min(bits, 8)).astype(np.uint8)
    rows = np.pad(rows, ((0, 0), (0, -rows.shape[1] % 4)))
    data = (rows if top_down else rows[::-1]).tobytes()
    colours = b"".join(bytes(c[::-1]) + (b"" if header == 12 else b"\0") for c in (palette or []))
    if header == 12:
        head = struct.pack("<IHHHH", 12, width, height, 1, bits)
    else:
        head = struct.pack("<IiiHHIIiiII", header, width, -height if top_down else height, 1, bits,
                           compression or (3 if masks else 0), len(data), 2835, 2835, len(palette or []), 0)
        fields = struct.pack("<4I", *masks) if masks else b""
        head += fields[:12] if header == 40 else fields.ljust(header - 40, b"\0")
    offset = 14 + len(head) + len(colours)
    return b"BM" + struct.pack("<IHHI", offset + len(data), 0, 0, offset) + head + colours + data


def make_bmp():
    random = np.random.default_rng(3)
    for bits in (1, 4, 8):
        most = 2**bits - 1
        indices = np.round(scene(11, 13, bits)[:, :, 0] * most).astype(int)
        colours = [tuple(int(v) for v in random.integers(0, 256, 3)) for _ in range(most + 1)]
        save(FORMATS, f"palette{bits}.bmp", bmp(indices, bits, palette=colours))
        save(FORMATS, f"palette{bits}d.bmp", bmp(indices, bits, top_down=True, palette=colours))
    save(FORMATS, "palette_os2.bmp", bmp(np.round(scene(11, 13, 4)[:, :, 0] * 15).astype(int), 4, 12, palette=colours[:16]))
    few = np.round(scene(11, 13, 5)[:, :, 0] * 4).astype(int)
    save(FORMATS, "palette_few.bmp", bmp(few, 8, palette=colours[:5]))
    colour = np.round(scene(11, 13, 6) * 255).astype(int)
    save(FORMATS, "colour24.bmp", bmp(colour[:, :, :3], 24))
    save(FORMATS, "colour24d.bmp", bmp(colour[:, :, :3], 24, top_down=True))
    save(FORMATS, "colour24_os2.bmp", bmp(colour[:, :, :3], 24, 12))
    save(FORMATS, "colour32.bmp", bmp(colour, 32))
    save(FORMATS, "alpha32_v4.bmp", bmp(colour, 32, 108, masks=(0xFF0000, 0xFF00, 0xFF, 0xFF000000)))
    save(FORMATS, "alpha32_v5.bmp", bmp(colour, 32, 124, masks=(0xFF, 0xFF00, 0xFF0000, 0xFF000000)))
    save(FORMATS, "fields32.bmp", bmp(colour, 32, masks=(0xFF000000, 0xFF0000, 0xFF00, 0)))
    save(FORMATS, "grey.bmp", encoded(Image.fromarray(colour[:, :, 0].astype(np.uint8)), "BMP"))
    # Refused
    (FORMATS / "bad_index.bmp").write_bytes(bmp(np.full((4, 4), 3), 8, palette=colours[:3]))
    (FORMATS / "rle.bmp").write_bytes(bmp(np.zeros((4, 4), int), 8, palette=colours, compression=1))
    (FORMATS / "five_bits.bmp").write_bytes(bmp(colour[:, :, :2], 16))


def make_tiff():
    save_tiff = lambda name, *a, **k: save(FORMATS, name, tiff(*a, **k))
    for bits in (1, 2, 4, 8):
        grey = np.round(scene(11, 13, bits)[:, :, :1] * (2**bits - 1)).astype(int)
        save_tiff(f"grey{bits}.tif", grey, bits=bits)
        save_tiff(f"white{bits}.tif", grey, bits=bits, photometric=0, big=True)
    save_tiff("grey1f.tif", np.round(scene(11, 13, 1)[:, :, :1]).astype(int), bits=1, fill=2)
    deep = np.round(scene(11, 13, 16) * 65535).astype(int)
    high = lambda samples: np.repeat((samples >> 8).astype(np.uint8), 3, axis=2)
    save(FORMATS, "grey16.tif", tiff(deep[:, :, :1], bits=16), high(deep[:, :, :1]))
    save(FORMATS, "grey16b.tif", tiff(deep[:, :, :1], bits=16, big=True), high(deep[:, :, :1]))
    save(FORMATS, "white16.tif", tiff(deep[:, :, :1], bits=16, photometric=0), high(65535 - deep[:, :, :1]))
    save_tiff("rgb16.tif", deep[:, :, :3], bits=16)
    save_tiff("rgb16b.tif", deep[:, :, :3], bits=16, big=True)
    save_tiff("rgba16.tif", deep, bits=16, extra=(2,))
    random = np.random.default_rng(4)
    for bits in (1, 4, 8):
        indices = np.round(scene(11, 13, bits)[:, :, :1] * (2**bits - 1)).astype(int)
        save_tiff(f"palette{bits}.tif", indices, bits=bits, photometric=3, palette=random.integers(0, 65536, 3 * 2**bits))
    colour = np.round(scene(37, 41, 6) * 255).astype(int)
    save_tiff("rgb.tif", colour[:, :, :3], rows=37)
    save_tiff("rgba.tif", colour, extra=(2,))
    save_tiff("tiles.tif", colour[:, :, :3], tile=16, big=True)
    save_tiff("planes.tif", colour[:, :, :3], planar=2)
    save_tiff("planes_tiles.tif", colour[:, :, :3], planar=2, tile=16)
    image = Image.fromarray(colour[:, :, :3].astype(np.uint8))
    for word in ("lzw", "adobe_deflate", "packbits"):
        save(FORMATS, f"{word}.tif", encoded(image, "TIFF", compression=f"tiff_{word}"))
    save(FORMATS, "jpeg.tif", encoded(image, "TIFF", compression="jpeg", quality=90))
    save(FORMATS, "group4.tif", encoded(image.convert("1"), "TIFF", compression="group4"))
    save(FORMATS, "big.tif", encoded(image, "TIFF", big_tiff=True))
    # Refused
    small = colour[:4, :4]
    (FORMATS / "float.tif").write_bytes(tiff(small[:, :, :1], bits=32, sample_format=3))
    (FORMATS / "signed.tif").write_bytes(tiff(small[:, :, :1], sample_format=2))
    (FORMATS / "cmyk.tif").write_bytes(tiff(small, photometric=5))
    (FORMATS / "multiplied.tif").write_bytes(tiff(small, extra=(1,)))
    (FORMATS / "pages.tif").write_bytes(tiff(small[:, :, :3], pages=3))
    (FORMATS / "lab.tif").write_bytes(tiff(small[:, :, :3], photometric=8))


def make_webp():
    colour = np.round(scene(37, 41, 6) * 255).astype(np.uint8)
    image, alpha = Image.fromarray(colour[:, :, :3].copy()), Image.fromarray(colour)
    colour[:9, :, 3] = 0
    clear = Image.fromarray(colour)
    save(FORMATS, "lossy.webp", encoded(image, "WEBP", quality=70))
    save(FORMATS, "lossless.webp", encoded(image, "WEBP", lossless=True))
    save(FORMATS, "lossy_alpha.webp", encoded(alpha, "WEBP", quality=70))
    save(FORMATS, "lossless_alpha.webp", encoded(clear, "WEBP", lossless=True, exact=True))
    frames = [image.resize((8, 8)), image.resize((8, 8)).transpose(Image.Transpose.ROTATE_90)]
    for name, form in (("frames.webp", "WEBP"), ("frames.png", "PNG")):
        (FORMATS / name).write_bytes(encoded(frames[0], form, save_all=True, append_images=frames[1:]))


def make_more():
    """Two pictures behind each other in a JPEG, as a camera of two lenses writes them."""
    images = [Image.fromarray(np.round(scene(20, 24, seed)[:, :, :3] * 255).astype(np.uint8)) for seed in (1, 2)]
    save(FORMATS, "more.jpg", encoded(images[0], "MPO", save_all=True, append_images=images[1:]))


def make_masks():
    mask = Image.open(make_images.OUT / "mask.pgm")
    bit = mask.point(lambda v: 255 if v else 0).convert("1")
    ids = (np.asarray(mask)[:, :, None] > 0) * (1 + np.arange(mask.width) // 6)[None, :, None]
    for name, data in {
            "mask1.bmp": encoded(bit, "BMP"), "mask8.bmp": encoded(mask, "BMP"),
            "mask1.tif": encoded(bit, "TIFF", compression="group4"),
            "mask16.tif": tiff((np.asarray(mask)[:, :, None] > 0).astype(int), bits=16),
            "mask_ids.tif": tiff(ids.astype(int)), "mask_jpeg.tif": encoded(mask, "TIFF", compression="jpeg"),
            "mask_lossless.webp": encoded(Image.fromarray(ids[:, :, 0].astype(np.uint8)).convert("RGB"), "WEBP", lossless=True),
            "mask_lossy.webp": encoded(mask, "WEBP", quality=90),
    }.items():
        (FORMATS / name).write_bytes(data)
    # Stored turned: what is seen is mask.pgm
    lying = mask.transpose(Image.Transpose.ROTATE_90)
    block = exif(6)
    (FORMATS / "mask_turned.png").write_bytes(png(np.asarray(lying)[:, :, None].astype(int), GREY, 8, False, chunk(b"eXIf", block)))
    (FORMATS / "mask_turned.jpg").write_bytes(with_segments(encoded(lying, "JPEG", quality=95), b"Exif\0\0" + block))
    (FORMATS / "mask_turned.tif").write_bytes(tiff(np.asarray(lying)[:, :, None].astype(int), 6))


if __name__ == "__main__":
    for folder in (TURNED, FORMATS):
        folder.mkdir(parents=True, exist_ok=True)
    pixels = np.round(scene(7, 11, 7)[:, :, :3] * 255).astype(np.uint8)
    make_turned()
    make_odd_png(pixels)
    make_odd_jpeg(Image.fromarray(pixels))
    make_odd_rest(pixels, Image.fromarray(pixels))
    make_bmp()
    make_tiff()
    make_webp()
    make_more()
    make_masks()
