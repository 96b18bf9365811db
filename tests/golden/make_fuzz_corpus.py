"""make_fuzz_corpus.py: writes the small true files that the fuzzers of tests/fuzz begin with, with the libraries that
write such files: PyTorch 2.11.0, safetensors 0.8.0 and NumPy 2.4.6. Run from the project's folder."""
import io
import json
import pathlib
import zipfile

import numpy
import torch
from safetensors.numpy import save

CORPUS = pathlib.Path("tests/fuzz/corpus")


def write(target, name, data):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def safetensors():
    arrays = {"a": numpy.arange(6, dtype="f4").reshape(2, 3), "b.c": numpy.ones(4, dtype="f2")}
    write("safetensors", "two", save(arrays, metadata={"format": "np", "note": "text"}))
    write("safetensors", "types", save({k: numpy.ones((2,), dtype=k) for k in ("f8", "f4", "f2", "i8", "u1", "bool")}))
    write("safetensors", "scalar", save({"x": numpy.array(1, dtype="f4")}))
    write("safetensors", "index", json.dumps({"metadata": {}, "weight_map": {"a": "x.safetensors"}}).encode())


def archive(state, zipped=True):
    data = io.BytesIO()
    torch.save(state, data, _use_new_zipfile_serialization=zipped)
    return data.getvalue()


def pickle_of(data):
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return file.read(next(name for name in file.namelist() if name.endswith("data.pkl")))


def torch_files():
    full, half = torch.arange(6.0).reshape(2, 3), torch.ones(6, dtype=torch.float16)
    module = torch.nn.Linear(2, 3)
    states = {
        "state": {"a": full, "b.c": half},
        "nested": {"epoch": 3, "state_dict": {"a": full.t(), "b": full[1:]}},
        "module": module.state_dict(),
        "parameter": {"p": torch.nn.Parameter(full), "n": None, "list": [1, 2.5, "text", True, (1, 2)]},
    }
    for name, state in states.items():
        write("torch", name + ".pt", archive(state))
        write("torch", name + ".pkl", pickle_of(archive(state)))
        write("torch", name + ".old", archive(state, False))
    script = io.BytesIO()
    torch.jit.save(torch.jit.script(module), script)
    write("torch", "script.pt", script.getvalue())
    write("torch", "script.pkl", pickle_of(script.getvalue()))


def npy(array):
    data = io.BytesIO()
    numpy.save(data, array)
    return data.getvalue()


def npz():
    maps = numpy.linspace(0, 1, 24, dtype="f4").reshape(2, 3, 4)
    masks = numpy.zeros((2, 3, 4), dtype="u1")
    masks[1, 1, 1:3] = 1
    for name, writer in (("stored", numpy.savez), ("deflated", numpy.savez_compressed)):
        data = io.BytesIO()
        writer(data, maps=maps, masks=masks, scores=numpy.array([0.1, 0.9]), labels=numpy.array([0, 1]),
               classes=numpy.array(["a", "b"]))
        write("npz", name, data.getvalue())
    arrays = {"half": maps.astype("f2"), "big": maps.astype(">f8"), "fortran": numpy.asfortranarray(maps), "truth": masks > 0,
              "text": numpy.array(["a", "β"]), "bytes": numpy.array([b"a", b"bc"]), "whole": masks.astype("i8")}
    for name, array in arrays.items():
        write("npz", name + ".npy", npy(array))


def pictures():
    """Of the golden pictures, which make_images.py and make_formats.py write, a few of each format."""
    golden = pathlib.Path("tests/golden")
    chosen = {
        "png": "images/grey16i images/palette4 images/rgb8c images/rgba8 turned/profile turned/xmp_packed formats/frames",
        "jpeg": "images/grey images/progressive images/rgb turned/model turned/two turned/xmp turned/short_three",
        "bmp": "formats/palette4 formats/palette_os2 formats/alpha32_v4 formats/fields32 formats/colour24d",
        "tiff": "formats/grey4 formats/palette4 formats/planes_tiles formats/lzw formats/jpeg formats/group4 formats/big "
                "formats/pages turned/xmp formats/adobe_deflate formats/packbits",
        "webp": "formats/lossy formats/lossless formats/lossy_alpha formats/frames turned/square_6 turned/xmp",
    }
    ending = {"jpeg": "jpg", "tiff": "tif"}
    for target, names in chosen.items():
        for name in names.split():
            write(target, name.replace("/", "_"), (golden / f"{name}.{ending.get(target, target)}").read_bytes())


safetensors()
torch_files()
npz()
pictures()
