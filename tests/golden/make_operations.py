#!/usr/bin/env python3
"""What PyTorch makes of small inputs to operations on pictures: results and gradients, in double precision. Read by
tests/lab/op_golden.c, which fills the inputs with the same numbers.

    python3 tests/golden/make_operations.py > tests/golden/operations.txt

Made with PyTorch 2.11.0. A case is its operation with its attributes, the shapes of its inputs, the result, and the
gradient of each input that has one, where the result's gradient is `slope`. Channels are the last axis here and the
second in PyTorch."""
import torch
from torch.nn import functional as F


def number(element, factor, shift, modulus, parts):
    """Multiples of a power of two, so that C repeats them to the bit; they come again and again, as equals must."""
    return ((element * factor + shift) % modulus - modulus // 2) / parts


def filled(shape, input):
    count = int(torch.tensor(shape).prod())
    return torch.tensor([number(e, 37, 11 * input + 5, 101, 16) for e in range(count)], dtype=torch.float64).reshape(shape)


def slope(shape):
    count = int(torch.tensor(shape).prod())
    return torch.tensor([number(e, 53, 7, 89, 32) for e in range(count)], dtype=torch.float64).reshape(shape)


def words(tensor):
    return " ".join(f"{x:.9g}" for x in tensor.detach().reshape(-1).tolist())


def case(name, attributes, shapes, compute):
    inputs = [filled(shape, k) for k, shape in enumerate(shapes)]
    if name == "batch_norm":
        inputs[2] = inputs[2].abs() + 0.25  # a variance
    inputs = [x.requires_grad_() for x in inputs]
    out = compute(*inputs)
    out.backward(slope(out.shape))
    print(f"case {name}|{attributes}")
    for shape in shapes:
        print("in", len(shape), *shape)
    print("out", out.dim(), *out.shape, words(out))
    for k, x in enumerate(inputs):
        print("grad", k, words(x.grad))
    print("end")


def channels_first(pool):
    return lambda x: pool(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)


def pair(text):
    numbers = [int(x) for x in text.split(",")]
    return tuple(numbers) if len(numbers) > 1 else numbers[0]


def pools():
    shapes = ([2, 5, 7, 3], [1, 8, 6, 17], [1, 1, 1, 1], [1, 9, 1, 2])
    for shape in shapes[:2]:
        for kernel, stride, padding, dilation, ceil in (("2", "2", "0", "1", False), ("3", "2", "1", "1", False), ("3", "2", "1", "1", True),
                                                        ("3,2", "1,3", "0", "1", True), ("2", "3", "1", "1", True), ("2", "2", "1", "2", False),
                                                        ("3", "1", "1", "2", True), ("4,5", "4,5", "2", "1", True), ("1", "2", "0", "1", True)):
            text = f'kernel="{kernel}" stride="{stride}" padding={padding} ceil_mode={int(ceil)}'
            options = {"kernel_size": pair(kernel), "stride": pair(stride), "padding": int(padding), "ceil_mode": ceil}
            case("max_pool", f"{text} dilation={dilation}", [shape], channels_first(lambda x: F.max_pool2d(x, dilation=int(dilation), **options)))
            for counted in (True, False) if dilation == "1" else ():
                case("average_pool", f"{text} count_include_pad={int(counted)}", [shape],
                     channels_first(lambda x: F.avg_pool2d(x, count_include_pad=counted, **options)))
    case("max_pool", "kernel=1", [shapes[2]], channels_first(lambda x: F.max_pool2d(x, 1)))
    case("average_pool", "kernel=2 padding=1", [shapes[2]], channels_first(lambda x: F.avg_pool2d(x, 2, padding=1)))
    case("max_pool", 'kernel="4,1" stride=3 padding="2,0,2,0" ceil_mode=1', [shapes[3]],
         channels_first(lambda x: F.max_pool2d(x, (4, 1), 3, (2, 0), ceil_mode=True)))


def moments(x):
    rows = x.reshape(-1, x.shape[-1])
    return torch.stack([rows.mean(0), rows.var(0, unbiased=False)])


def normalise(eps):
    def compute(x, mean, variance, weight, bias):
        return F.batch_norm(x.reshape(-1, x.shape[-1]), mean, variance, weight, bias, False, 0.1, eps).reshape(x.shape)
    return compute


def by_hand(eps):
    """PyTorch has no gradient of running statistics."""
    def compute(x, mean, variance, weight, bias):
        return (x - mean) / (variance + eps).sqrt() * weight + bias
    return compute


def norms():
    for shape in ([2, 5, 7, 3], [6, 17], [1, 1, 1, 4], [4, 33, 1], [5]):
        channels = [shape[-1]]
        case("moments", "", [shape], moments)
        for eps in (1e-5, 1e-3):
            inputs = [filled(s, k) if k != 2 else filled(s, k).abs() + 0.25 for k, s in enumerate([shape] + 4 * [channels])]
            assert torch.allclose(normalise(eps)(*inputs), by_hand(eps)(*inputs), rtol=1e-12, atol=1e-12)
            case("batch_norm", f"eps={eps}", [shape] + 4 * [channels], by_hand(eps))


def group_norms():
    """The first axis is the pictures'. A picture's group of one number has no variance: its result is the bias."""
    for shape, groups in (([2, 5, 3, 6], 2), ([2, 5, 3, 6], 6), ([3, 4, 6], 1), ([3, 4], 2), ([2, 1, 1, 4], 4)):
        for eps in (1e-5, 1e-3):
            case("group_norm", f"groups={groups} eps={eps}", [shape] + 2 * [[shape[-1]]],
                 lambda x, weight, bias: F.group_norm(x.movedim(-1, 1), groups, weight, bias, eps).movedim(1, -1))


def trained_norms():
    """Two steps of batch normalisation with x, then x / 2 + 1: the second's result and gradients, and what is kept."""
    for shape, eps, momentum in (([2, 5, 7, 3], 1e-5, 0.1), ([6, 17], 1e-3, 0.01), ([3, 1, 2, 4], 1e-5, 1.0)):
        channels = [shape[-1]]
        running_mean, running_var = torch.zeros(channels, dtype=torch.float64), torch.ones(channels, dtype=torch.float64)
        x, weight, bias = (filled(s, k).requires_grad_() for k, s in enumerate([shape, channels, channels]))
        for given in (x, x / 2 + 1):
            out = F.batch_norm(given.reshape(-1, shape[-1]), running_mean, running_var, weight, bias, True, momentum, eps).reshape(shape)
        out.backward(slope(shape))
        print(f"case trained_norm|eps={eps} momentum={momentum}")
        print("in", len(shape), *shape)
        print("out", words(out))
        for k, value in enumerate((x, weight, bias)):
            print(f"grad{k}", words(value.grad))
        print("running_mean", words(running_mean))
        print("running_var", words(running_var))
        print("end")


if __name__ == "__main__":
    print("# Made by tests/golden/make_operations.py, see there.")
    pools()
    norms()
    group_norms()
    trained_norms()
