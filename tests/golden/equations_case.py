"""A case: what is on the board, the modules that play on it, and what is compared."""
import torch

from equations_modules import MODULES, Board
from equations_rounding import worst_changes


class Case:
    """out: what is compared, besides the objective and the gradients. judged: what on the board counts in the objective
    though it is no loss. overflows: exp of some logit is too large for float32. buffers: kept as parameters are, but
    not trained."""

    def __init__(self, play, board, parameters=None, judged=(), out=None, training=True, epoch=0, overflows=False,
                 buffers=None):
        self.play = play
        self.modules = [word for word in play.split() if "=" not in word]
        self.settings = dict(word.replace("~", " ").split("=") for word in play.split() if "=" in word)
        self.board, self.parameters, self.buffers = rounded(board), rounded(parameters or {}), rounded(buffers or {})
        self.judged, self.out = list(judged), list(judged if out is None else out)
        self.training, self.epoch, self.judge, self.chosen = training, epoch, {}, {}
        self.watched = overflows

    def run(self):
        """The results by their names in the file."""
        board = {name: value.clone().requires_grad_() for name, value in self.board.items()}
        parameters = {name: value.clone().requires_grad_() for name, value in self.parameters.items()}
        leaves = {**board, **parameters}
        stage = Board(self, board, {**parameters, **self.buffers}, self.chosen)
        for name in self.modules:
            MODULES[name](stage)
        for name in self.judged:
            if name not in self.judge:
                self.judge[name] = rounded({name: normal(stage.value[name].shape)})[name]
        assert not self.watched or max(stage.logits) > 89, self.play  # exp's largest argument is 88.7
        self.watched = False  # once is enough
        total = stage.objective()
        slopes = torch.autograd.grad(total, list(leaves.values()), allow_unused=True, materialize_grads=True)
        stage.value.update({f"loss.{name}": value for name, (value, _) in stage.losses.items()}, total=total)
        found = {f"out/{name}": stage.value[name] for name in self.out + ["total"]}
        found.update({f"gradient/{name}": slope for name, slope in zip(leaves, slopes)})
        return {name: found[name].detach() for name in sorted(found)}

    def solve(self):
        """The file's tensors and metadata of this case, both by the part of the name after CASE."""
        found = self.run()
        worst, longest = worst_changes(self.run, found)
        assert all(value.isfinite().all() for value in found.values()), self.play
        tensors = {**{f"/board/{k}": v.float() for k, v in self.board.items()},
                   **{f"/parameter/{k}": v.float() for k, v in {**self.parameters, **self.buffers}.items()},
                   **{f"/judge/{k}": v.float() for k, v in self.judge.items()},
                   **{f"/{k}": v for k, v in found.items()},
                   "/error": torch.tensor([worst[name] for name in found], dtype=torch.float64)}
        phase = "training" if self.training else "scoring"
        return tensors, f"{phase} epoch={self.epoch} sums={longest} {self.play}"


def rounded(tensors):
    return {name: value.float().double() for name, value in tensors.items()}


GENERATOR = torch.Generator()


def normal(shape, std=1.0):
    return torch.randn(tuple(shape), generator=GENERATOR, dtype=torch.float64) * std


def features(*names, b=2, n=5, c=6, layers=3, std=1.0):
    return {f"{name}.{i}": normal((b, n, c), std) for name in names for i in range(layers)}
