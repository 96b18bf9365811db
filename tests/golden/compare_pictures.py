#!/usr/bin/env python3
"""Real photographs through this kit and through Pillow, byte by byte; prints the table of results/pictures.md.

    python3 tests/golden/compare_pictures.py DATA [build/ablate] > results/pictures.md

DATA is a folder in MVTec AD's layout. Its pictures are compared as they are; then, in a folder that is thrown away,
rewritten in the forms in which MVTec AD and VisA come, of which only the decoding differs. As exported by `ablate data folder:DATA --export`, decoded and
converted to RGB, they must be Image.open(FILE).convert("RGB"); with --fitted, they must be that picture through
Image.resize or torchvision's Resize and CenterCrop, and the masks the same, then > 0.5. Pillow before 13, as for
make_images.py."""
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import torchvision
from PIL import Image, __version__, features
from torchvision import transforms
from torchvision.transforms import InterpolationMode

BICUBIC, BILINEAR = InterpolationMode.BICUBIC, InterpolationMode.BILINEAR
FILTERS = {"bicubic": BICUBIC, "bilinear": BILINEAR}
SIZES = (128, 224)
FORMS = {
    "PNG, RGB": lambda image, path: image.save(path.with_suffix(".png")),
    "PNG, grey": lambda image, path: image.convert("L").save(path.with_suffix(".png")),
    "JPEG, colour at half width and height": lambda image, path: image.save(path, quality=95, subsampling=2),
    "JPEG, full colour, progressive": lambda image, path: image.save(path, quality=85, subsampling=0, progressive=True),
}


def fitting(fit, word, size):
    if fit == "square":
        return transforms.Resize((size, size), FILTERS[word])
    return transforms.Compose([transforms.Resize(size, FILTERS[word]), transforms.CenterCrop(size)])


def pictures(data):
    """(CLASS, "train" or "test", STATE, files in order) of each folder."""
    for folder in sorted(data.glob("*/t*/*")):
        if folder.parent.name in ("train", "test") and folder.is_dir():
            files = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".png", ".jpg", ".jpeg"))
            yield folder.parent.parent.name, folder.parent.name, folder.name, files


def mask_of(path):
    """The mask of a picture, 0 and 255, or None."""
    found = path.parents[2] / "ground_truth" / path.parent.name / f"{path.stem}_mask.png"
    if not found.exists():
        return None
    return Image.fromarray(np.where(np.asarray(Image.open(found).convert("L")) > 0, 255, 0).astype(np.uint8))


class Count:
    """Pictures, values in them, and those that differ."""

    def __init__(self):
        self.pictures = self.values = self.different = 0

    def add(self, wanted, path):
        found = np.asarray(Image.open(path))
        assert found.shape == wanted.shape, (path, found.shape, wanted.shape)
        self.pictures += 1
        self.values += wanted.size
        self.different += int(np.count_nonzero(found != wanted))

    def row(self, *cells):
        print("|", " | ".join([*cells, f"{self.pictures:,}", f"{self.values:,}", f"{self.different:,}"]), "|", flush=True)


def export(program, data, options):
    out = tempfile.TemporaryDirectory()
    subprocess.run([program, "data", f"folder:{data}", "--export", out.name, *options], check=True,
                   stdout=subprocess.DEVNULL)
    return out


def compare(program, data, options, prepare, prepare_mask):
    """Counts of pictures and of masks."""
    images, masks = Count(), Count()
    with export(program, data, options) as out:
        for name, split, state, files in pictures(data):
            for number, path in enumerate(files):
                images.add(np.asarray(prepare(Image.open(path).convert("RGB"))),
                           f"{out}/{name}/{split}/{state}/{number:03}.png")
                mask = mask_of(path) if split == "test" and state != "good" else None
                if mask:
                    masks.add(prepare_mask(mask), f"{out}/{name}/ground_truth/{state}/{number:03}_mask.png")
    return images, masks


def threshold(mask):
    return np.where(np.asarray(mask) / 255 > 0.5, 255, 0).astype(np.uint8)


def compare_decoded(program, data, form):
    images, masks = compare(program, data, [], lambda image: image, np.asarray)
    images.row(form, "decoded, RGB")
    return masks


def compare_fitted(program, data, form):
    for fit in ("square", "crop"):
        for word in FILTERS:
            images, masks = Count(), Count()
            for size in SIZES:
                options = ["--fitted", "--set", f"input.fit={fit}", "--set", f"input.resample={word}", "--set",
                           f"input.size={size}"]
                more = compare(program, data, options, fitting(fit, word, size),
                               lambda mask: threshold(fitting(fit, "bilinear", size)(mask)))
                for count, added in zip((images, masks), more):
                    count.__dict__.update({key: value + added.__dict__[key] for key, value in count.__dict__.items()})
            words = "straight to the square" if fit == "square" else "shorter side, then the middle"
            images.row(form, f"{words}, {word}")
            if word == "bilinear":
                masks.row(form, f"{words}, masks")


def coloured(path):
    """A photograph with three channels that differ: the grey one, mirrored and turned, beside what there is."""
    rgb = np.asarray(Image.open(path).convert("RGB"))
    return Image.fromarray(np.stack([rgb[:, :, 0], rgb[:, ::-1, 1], 255 - rgb[::-1, :, 2]], axis=-1))


def rewrite(data, save, into):
    for _, _, _, files in pictures(data):
        for path in files:
            to = into / path.relative_to(data)
            to.parent.mkdir(parents=True, exist_ok=True)
            save(coloured(path), to)
    for truth in data.glob("*/ground_truth"):
        to = into / truth.relative_to(data)
        to.symlink_to(truth.resolve(), target_is_directory=True)


def main(data, program="build/ablate"):
    print("<!-- Written by tests/golden/compare_pictures.py; do not edit. -->\n\n## Pictures against Pillow\n")
    classes = sorted({name for name, _, _, _ in pictures(data)})
    sizes = {Image.open(path).size for _, _, _, files in pictures(data) for path in files}
    widths, heights = zip(*sizes)
    print(f"Photographs of {', '.join(classes)}: greyscale JPEG of {len(sizes)} sizes, {min(widths)} to "
          f"{max(widths)} pixels wide and {min(heights)} to {max(heights)} high; the other forms are the same photographs, "
          f"three channels made of one by mirroring. Reference: Pillow {__version__} (libjpeg-turbo "
          f"{features.version('libjpeg_turbo')}), torchvision {torchvision.__version__}. Fitted to "
          f"{', '.join(map(str, SIZES))} pixels a side, counted together.\n")
    print("    python3 tests/golden/compare_pictures.py DATA > results/pictures.md\n")
    print("| form | step | pictures | bytes | differing |\n|:--|:--|--:|--:|--:|")
    compare_decoded(program, data, "as they are").row("as they are", "decoded, masks")
    compare_fitted(program, data, "as they are")
    for form, save in FORMS.items():
        with tempfile.TemporaryDirectory() as into:
            rewrite(data, save, pathlib.Path(into))
            compare_decoded(program, pathlib.Path(into), form)


if __name__ == "__main__":
    if int(__version__.split(".")[0]) > 12:
        raise SystemExit(f"Pillow {__version__} resizes in another order; install one before 13: pip install 'pillow<13'")
    main(pathlib.Path(sys.argv[1]), *sys.argv[2:])
