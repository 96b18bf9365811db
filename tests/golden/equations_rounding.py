"""Errors of float32, in float64: how far results may be off."""
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map

DRAWS, EPS = 64, 2.0**-23


class Rounding(TorchDispatchMode):
    """Every number that an operation makes, on the way forward and on the way back, is wrong by as much as float32 may
    make it wrong, up or down at random: a sum of n terms by (n + 5) eps / 2 of the size of its terms without their
    signs, whatever the order of adding; anything else, n being 1, by 3 eps of its own size, which is what the kit's
    elementary functions keep and more than the half eps of a product. `longest` becomes the length of the longest
    sum."""

    MOVES = {"cat", "stack", "clone", "detach", "index_select", "gather", "zeros_like", "ones_like", "slice_backward",
             "select_backward", "new_zeros", "full_like", "_to_copy", "constant_pad_nd", "neg", "abs", "sort", "where",
             "diagonal_backward", "maximum", "minimum", "lift_fresh", "zeros", "ones", "amax", "sign", "_unsafe_view"}
    PRODUCTS, SUMS = {"mm", "bmm", "addmm", "baddbmm", "mv", "dot"}, {"sum", "mean"}
    WINDOWS = {"convolution", "convolution_backward"}

    def __init__(self, seed):
        super().__init__()
        self.generator = torch.Generator().manual_seed(seed)
        self.longest = 1

    def __torch_dispatch__(self, op, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        out, name = op(*args, **kwargs), op.overloadpacket.__name__
        made = out[0] if isinstance(out, tuple) else out
        whole = not isinstance(made, torch.Tensor) or made.dtype != torch.float64
        if whole or op.is_view or op._schema.is_mutable or name in self.MOVES:
            return out
        sums = name in self.PRODUCTS or name in self.SUMS or name in self.WINDOWS
        sizes = op(*tree_map(self.size, args), **kwargs) if sums else tree_map(self.size, out)
        if name == "convolution_backward":  # to the input, to the weight
            return tuple(self.round(x, size, terms) for x, size, terms in zip(out, sizes, self.lengths(args)))
        terms = self.length(name, args, made)
        return tree_map(lambda x, size: self.round(x, size, terms), out, sizes)

    @staticmethod
    def size(x):
        return x.abs() if isinstance(x, torch.Tensor) and x.dtype == torch.float64 else x

    def round(self, x, size, terms):
        if not isinstance(x, torch.Tensor) or x.dtype != torch.float64:
            return x
        self.longest = max(self.longest, terms)
        signs = torch.randint(0, 2, x.shape, generator=self.generator) * 2 - 1
        return x + size * signs * ((terms + 5) / 2 * EPS)

    def length(self, name, args, made):
        """Terms of each sum; of a normalisation as many as it looks at; of a resized picture four, and back as many."""
        given = [x for x in args if isinstance(x, torch.Tensor)]
        if name in self.WINDOWS:  # channels times places of a window, a bias
            return given[1].numel() // given[1].shape[1 if args[6] else 0] + (len(given) > 2)
        if name in self.PRODUCTS:
            return given[-1].shape[0 if given[-1].dim() < 3 else 1] + name.startswith("add")
        if "softmax" in name or "layer_norm" in name:
            return max(given[0].shape[-1], given[0].numel() // given[0].shape[-1])
        ratio = -(-max((x.numel() for x in given), default=1) // max(made.numel(), 1))
        return 4 * ratio if "upsample" in name else ratio

    @staticmethod
    def lengths(args):
        """Of a convolution's gradients: to the input as many terms as a place is seen by, to the weight as many as there
        are places, to a bias these too."""
        slope, x, weight, transposed = args[0], args[1], args[2], args[7]
        places = (x if transposed else slope).numel() // weight.shape[0]
        return weight.numel() // weight.shape[0 if transposed else 1], places, slope.numel() // slope.shape[1]


def worst_changes(run, found):
    """What `run` returns again DRAWS times with those errors: by name, the largest change of any number of the tensor;
    and the length of the longest sum."""
    worst, longest = dict.fromkeys(found, 0), 1
    for draw in range(DRAWS):
        with Rounding(draw) as rounding:
            other = run()
        longest = max(longest, rounding.longest)
        for name, value in found.items():
            worst[name] = max(worst[name], (other[name] - value).abs().max().item())
    return worst, longest
