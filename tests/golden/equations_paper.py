"""Eq. 1-17, each alone, written from the paper. f: encoded features (B, N, C), f_hat: decoded."""
import math

import torch
import torch.nn.functional as F


def unit(x):
    return x / (x * x).sum(-1, keepdim=True).sqrt()


# tag::eq1[]
def eq1(x, prompts, tau):
    """log p(y|x), a row for each x (B, C), over prompts (J, C)."""
    logits = x @ prompts.T / tau
    return logits - logits.logsumexp(1, keepdim=True)
# end::eq1[]


# tag::eq2[]
def eq2(v, words_n):
    """p_n = [V_1] ... [V_M] [object] between the text's start and end; words_n: [start] [object] [end]."""
    return torch.cat([words_n[:1], v, words_n[1:]])
# end::eq2[]


# tag::eq3[]
def eq3(v, words_a):
    """p_a = [V_1] ... [V_M] [damaged] [object]."""
    return torch.cat([words_a[:1], v, words_a[1:]])
# end::eq3[]


# tag::eq4[]
def eq4(e, g_n, g_a, tau, over_batch=torch.mean):
    """One layer's term of L_c^1, mean or sum over the batch."""
    normal, abnormal = e @ g_n / tau, e @ g_a / tau
    return over_batch(torch.stack([normal, abnormal]).logsumexp(0) - normal)
# end::eq4[]


# tag::eq5[]
def eq5(f, scale, psi):
    return f + (scale * psi)[..., None]
# end::eq5[]


# tag::eq6[]
def eq6(alpha, beta):
    return (1 + torch.tanh(alpha - beta)) / 2
# end::eq6[]


# tag::eq7[]
def eq7(f, g_n, g_a):
    return f @ g_n, f @ g_a
# end::eq7[]


# tag::eq8[]
def eq8(f_hat, scale, psi_hat):
    return f_hat + (scale * psi_hat)[..., None]
# end::eq8[]


# tag::eq9[]
def eq9(f, f_hat):
    """One layer's term of L_distill, mean over the vectors (B, L)."""
    a, b = f.flatten(1), f_hat.flatten(1)
    return (1 - (a * b).sum(1) / ((a * a).sum(1).sqrt() * (b * b).sum(1).sqrt())).mean()
# end::eq9[]


# tag::eq10[]
def eq10(e_hat, g_n, g_a, tau, over_batch=torch.mean):
    normal, abnormal = e_hat @ g_n / tau, e_hat @ g_a / tau
    return over_batch(torch.stack([normal, abnormal]).logsumexp(0) - normal)
# end::eq10[]


# tag::eq11[]
def eq11(epoch, theta, gamma, ramp=1):
    """Weight of L_c^2. The ramp is not of the paper, which has none: 1."""
    return 0 if epoch < theta else gamma * min(1, (epoch - theta + 1) / ramp)
# end::eq11[]


# tag::eq12[]
def eq12(features, weight, bias):
    return torch.cat(features, -1) @ weight.T + bias
# end::eq12[]


# tag::eq13[]
def eq13(z, weight, bias):
    return z @ weight.T + bias
# end::eq13[]


# tag::eq14[]
def eq14(z, gates, expert):
    """z (R, C), gates (R, T), zero for experts that are not among the top K; expert(t, z) is E_t(z)."""
    return sum(gates[:, t : t + 1] * expert(t, z) for t in range(gates.shape[1]))
# end::eq14[]


# tag::eq15[]
def eq15(gates, epsilon, printed):
    """Squared coefficient of variation of the experts' importance; `printed`: SD^2 over the square of each expert's
    mean over the R tokens, mean over the experts."""
    importance = gates.sum(0)
    apart = importance - importance.mean()
    below = gates.mean(0) if printed else importance.mean()
    return ((apart * apart).mean() / (below * below + epsilon)).mean()
# end::eq15[]


# tag::eq16[]
def eq16(losses):
    return sum(weight * value for value, weight in losses)
# end::eq16[]


# tag::eq17[]
def eq17(f, f_hat, size, align_corners):
    """One layer's map (B, S, S) of features (B, H W, C): sigma(1 - d)."""
    a, b = unit(f), unit(f_hat)
    side = math.isqrt(f.shape[1])
    grid = (1 - (a * b).sum(2)).reshape(-1, 1, side, side)
    return F.interpolate(grid, size=(size, size), mode="bilinear", align_corners=align_corners)[:, 0]
# end::eq17[]
