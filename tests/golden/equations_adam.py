"""Adam (Kingma and Ba 2015) as torch.optim.Adam and AdamW compute it: cases of tests/ops/test_adam.c."""
import torch

from equations_case import normal
from equations_rounding import worst_changes

STEPS, COUNT = 6, 21


class AdamCase:
    def __init__(self, rate=0.001, beta1=0.9, beta2=0.999, eps=1e-8, decay=0.0, scale=1.0, silent=False, clip=0.0,
                 decoupled=False, drop=0):
        self.rate, self.beta1, self.beta2, self.eps, self.decay, self.clip = rate, beta1, beta2, eps, decay, clip
        self.decoupled, self.drop = decoupled, drop
        self.first = normal((COUNT,)).float()
        self.gradients = normal((STEPS, COUNT), scale).float()
        if silent:
            self.gradients[:] = 0

    def run(self):
        """The formulas, for the errors of float32 at each step."""
        x, m, v = self.first.double(), torch.zeros(COUNT).double(), torch.zeros(COUNT).double()
        for t, given in enumerate(self.gradients.double(), 1):
            share = min(1.0, self.clip / (given.square().sum().sqrt() + 1e-6)) if self.clip else 1.0
            rate = self.rate * (0.1 if self.drop and t > self.drop else 1)
            g = share * given if self.decoupled else share * given + self.decay * x
            x = (1 - rate * self.decay) * x if self.decoupled else x
            m = self.beta1 * m + (1 - self.beta1) * g
            v = self.beta2 * v + (1 - self.beta2) * (g * g)
            x = x - rate / (1 - self.beta1**t) * m / ((v / (1 - self.beta2**t)).sqrt() + self.eps)
        return {"mean": m, "parameter": x, "square": v}

    def torchs(self):
        """What PyTorch's own optimiser makes of it."""
        x = self.first.double().requires_grad_()
        kind = torch.optim.AdamW if self.decoupled else torch.optim.Adam
        adam = kind([x], self.rate, (self.beta1, self.beta2), self.eps, self.decay)
        schedule = torch.optim.lr_scheduler.StepLR(adam, self.drop or STEPS + 1, 0.1)
        for given in self.gradients.double():
            x.grad = given.clone()
            if self.clip:
                torch.nn.utils.clip_grad_norm_([x], self.clip)
            adam.step()
            schedule.step()
        state = adam.state[x]
        return {"mean": state["exp_avg"], "parameter": x.detach(), "square": state["exp_avg_sq"]}

    def solve(self):
        expected, found = self.torchs(), self.run()
        for name, value in expected.items():
            assert (found[name] - value).abs().max() <= 1e-13 * value.abs().max(), name
        worst, _ = worst_changes(self.run, expected)
        tensors = {"/first": self.first, "/gradient": self.gradients,
                   "/error": torch.tensor([worst[name] for name in sorted(expected)], dtype=torch.float64)}
        tensors.update({f"/out/{name}": value for name, value in expected.items()})
        note = f"rate={self.rate} beta1={self.beta1} beta2={self.beta2} eps={self.eps} decay={self.decay} max_norm={self.clip}"
        note += " decoupled=yes" * self.decoupled + f" drop={self.drop}" * (self.drop > 0)
        return tensors, note


def adam_cases():
    return {"stated": AdamCase(), "rd": AdamCase(beta1=0.5), "decay": AdamCase(rate=0.01, decay=0.02),
            "tiny": AdamCase(scale=1e-9), "great": AdamCase(scale=1e6, beta1=0.5), "silent": AdamCase(silent=True),
            "clipped": AdamCase(decay=0.02, clip=4.5),
            "decoupled": AdamCase(rate=0.25, decay=0.5, decoupled=True),
            "dropped": AdamCase(rate=0.25, decay=0.5, clip=4.5, decoupled=True, drop=4)}
