"""The kit's random draws by the published formula: Philox4x32-10 (Salmon et al. 2011), Box and Muller's normals."""
import functools
import math

import torch

STEP, TESTS_SEED = 0, 11  # what the tests run


def stream_key(seed, name):
    """Key of a named stream: FNV-1a of the name begun with the seed, then MurmurHash3's finaliser."""
    mask = 2**64 - 1
    h = 0xCBF29CE484222325 ^ seed
    for byte in name.encode():
        h = (h ^ byte) * 0x100000001B3 & mask
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        h = (h ^ h >> 33) * factor & mask
    return h ^ h >> 33


@functools.lru_cache
def words(key, step, count):
    """Philox4x32-10 with counter (index, step) and that key: element e of a tensor takes word e % 4 of block e / 4."""
    made = []
    for index in range((count + 3) // 4):
        c = [index & 0xFFFFFFFF, index >> 32, step & 0xFFFFFFFF, step >> 32]
        k0, k1 = key & 0xFFFFFFFF, key >> 32
        for _ in range(10):
            p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
            c = [p1 >> 32 ^ c[1] ^ k0, p1 & 0xFFFFFFFF, p0 >> 32 ^ c[3] ^ k1, p0 & 0xFFFFFFFF]
            k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
        made += c
    return torch.tensor(made[:count])


def uniforms(name, shape):
    """On (0, 1], 24 bits."""
    w = words(stream_key(TESTS_SEED, name), STEP, math.prod(shape))
    return (((w >> 8) + 1).double() * 2.0**-24).reshape(shape)


def normals(name, shape):
    """Box and Muller's: each two uniforms give a cosine and a sine."""
    u = uniforms(name, ((math.prod(shape) + 3) // 4 * 2, 2))
    radius, angle = (-2 * u[:, 0].log()).sqrt(), 2 * math.pi * u[:, 1]
    return torch.stack([radius * angle.cos(), radius * angle.sin()], 1).flatten()[: math.prod(shape)].reshape(shape)
