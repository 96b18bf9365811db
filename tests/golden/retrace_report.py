"""The tables of retrace.py: what was measured of each row, the limits with their reasons, and what misses them."""
import math
import platform

import torch

UNIT = 2.0**-24  # half an ulp of 1 in float32
TOTAL, LOSS, GRADIENT, ADAM, PARAMETERS = 1e-4, 1e-4, 1e-5, 1.0, 4.0
ROUNDINGS = 10  # of the cosines in Eq. 4 and 10
HEAD = """<!-- Written by tests/golden/retrace.py; do not edit. -->

# Table 2 trained again in PyTorch

    make && python3 tests/golden/retrace.py{arguments} > results/traces.md

Each row of `ablations/table2.ini` at scale mini, {steps} steps, written down by `ablate trace` with
`{sets}`,
and trained again from the trace's initial parameters, encoded features and draws by PyTorch {torch} (Python {python})
in float64. The kit computes in float32; *PyTorch float32* is the same script in float32 and shows what rounding does to
PyTorch itself. Differences are relative to float64. Eq. 11 changes its form in the second epoch, within these steps.
"""
TOTALS = """## Losses

Total loss, trained apart for {steps} steps: the largest relative difference of any step, at most {limit:.0e}.
"""
TERMS = """Each loss, the largest relative difference of any step (of a loss below 2^-24 of the total, relative to
that). *Beside*: PyTorch is given the kit's parameters before every step, so that a step is judged alone; *apart*:
differences of the parameters add to it. `distill` and `moe`, apart: at most {limit:.0e}. `prompts` (Eq. 4) and
`constraint` (Eq. 10): tau makes of one rounding of a cosine, 2^-24, up to 2^-24 / tau = {one:.1e} of such a loss, and
there are {roundings} (of each of two cosines: two norms, two quotients, a product); beside, at most
{limit:.0e} + {roundings} x {one:.1e} = {sum:.1e}. Apart they are shown, and the total holds them.
"""
GRADIENTS = """## Gradients

||kit - float64|| / ||float64||: of step 0 at most {limit:.0e}, for all parameters together and for each tensor. *All
steps* is beside, all parameters together; where a token's last chosen and first left expert are nearly tied (the
smallest gap of their scores is shown) rounding may choose the other, and the gradient jumps: shown, without a limit.
"""
PARAMS = """## Parameters

What Adam makes of rounding, bounded in two ways. *A step of Adam*: PyTorch's Adam in float64 on the trace's own
parameters and gradients must give the trace's next parameters; of all elements and steps the largest difference, in
units of what float32 may round, 2^-24 ((6 s + 4) sqrt(s) rate + |p|) after s steps; at most {adam:.0f}. With the
gradients beside, this accounts for every step of the way. *After {steps} steps*, trained apart:
||kit - float64|| / ||float64 - initial||. Adam divides by the gradient's own size: an element whose gradient is smaller
than its rounding moves by a whole rate in a random direction, so that sizes alone give no bound of use. PyTorch's
float32 is subject to the same: the kit may be at most {parameters:.0f} times as far away as that.
"""

OTHERS_HEAD = """<!-- Written by tests/golden/retrace_others.py; do not edit. -->

# Other methods trained again in PyTorch

    make && python3 tests/golden/retrace_others.py{arguments} > results/others_traces.md

Each method, {steps} steps at scale mini, written down by `ablate trace` and trained again from the trace's initial
parameters, encoded features and draws by PyTorch {torch} (Python {python}) in float64: its statement,
tests/golden/others_METHOD.py, apart from the kit from the first step to the last. *PyTorch float32* is the same script in
float32. Differences are relative to float64; of the total loss at most {total:.0e} at any step. *Beside*: PyTorch is given
the kit's parameters before every step. Where there are relus, a number whose rounding changes its sign changes the gradient
by a jump, and Adam divides gradients by their size: networks are therefore small here, some with a smaller rate than
published (the settings of each are in retrace_others.py).
"""
OTHERS_REST = """||kit - float64|| / ||float64|| of the gradient of step 0, at most {gradient:.0e} or {times:.0f} times PyTorch float32's;
a step of Adam and the parameters after the last step as in traces.md, at most {adam:.0f}, and {times:.0f} times PyTorch
float32's.
"""


def short(x):
    return f"{x:.1e}"


def table(columns, rows):
    lines = ["| " + " | ".join(columns) + " |", "|:--|" + "--:|" * (len(columns) - 1)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def align_limit(tau):
    return LOSS + ROUNDINGS * UNIT / tau


class Report:
    def __init__(self):
        self.rows = {}

    def add(self, row, measured):
        self.rows[row] = measured

    def totals(self):
        columns = "row", "parts", "step 0: kit", "PyTorch", "last step: kit", "PyTorch", "worst step", "PyTorch float32"
        return table(columns, [
            [row, " ".join(m["words"]) or "-", *(f"{x:.7g}" for k in (0, -1) for x in m["totals"][k]),
             short(m["total"]), short(m["total_single"])] for row, m in self.rows.items()])

    def terms(self):
        return table(["row", "loss", "smallest value", "beside", "apart", "PyTorch float32, apart"], [
            [row, name, f"{m['smallest'][name]:.2g}", *(short(m[way][name]) for way in ("beside", "apart", "single"))]
            for row, m in self.rows.items() for name in m["apart"]])

    def gradients(self):
        return table(["row", "step 0", "worst tensor", "its name", "all steps", "smallest gap of experts"], [
            [row, short(m["gradient"]), short(m["gradient_tensor"][0]), f"`{m['gradient_tensor'][1]}`",
             short(m["gradient_beside"]), short(m["gap"]) if math.isfinite(m["gap"]) else "-"]
            for row, m in self.rows.items()])

    def parameters(self):
        return table(["row", "a step of Adam", "after the last step", "PyTorch float32", "ratio"], [
            [row, f"{m['adam']:.2f}", short(m["parameters"]), short(m["parameters_single"]),
             f"{m['parameters'] / m['parameters_single']:.2f}"] for row, m in self.rows.items()])

    def missed(self):
        """One sentence for each limit that is missed."""
        found = []
        for row, m in self.rows.items():
            limits = [("total loss", m["total"], TOTAL), ("gradient of step 0", m["gradient"], GRADIENT),
                      (f"gradient of {m['gradient_tensor'][1]}", m["gradient_tensor"][0], GRADIENT),
                      ("a step of Adam", m["adam"], ADAM),
                      ("parameters", m["parameters"], PARAMETERS * m["parameters_single"])]
            limits += [(name, m["apart"][name], LOSS) for name in ("distill", "moe") if name in m["apart"]]
            limits += [(f"{name}, beside", m["beside"][name], align_limit(m["tau"]))
                       for name in ("prompts", "constraint") if name in m["beside"]]
            found += [f"row {row}: {what} is {value:.2e}, above {limit:.2e}" for what, value, limit in limits
                      if not value <= limit]
        return found

    def print(self, steps, sets, arguments):
        tau = min(m["tau"] for m in self.rows.values())
        versions = {"torch": torch.__version__, "python": platform.python_version()}
        print(HEAD.format(steps=steps, sets=" ".join(sets), arguments="".join(f" {a}" for a in arguments), **versions))
        print(TOTALS.format(steps=steps, limit=TOTAL))
        print(self.totals())
        print(TERMS.format(limit=LOSS, roundings=ROUNDINGS, one=UNIT / tau, sum=align_limit(tau)))
        print(self.terms())
        print(GRADIENTS.format(limit=GRADIENT))
        print(self.gradients())
        print(PARAMS.format(adam=ADAM, steps=steps, parameters=PARAMETERS))
        print(self.parameters())
        missed = self.missed()
        print("\n".join(missed) if missed else "Every limit is kept.")


class OthersReport(Report):
    def totals(self):
        columns = ("method", "step 0: kit", "PyTorch", "last step: kit", "PyTorch", "worst step", "PyTorch float32",
                   "beside, worst loss")
        return table(columns, [
            [row, *(f"{x:.7g}" for k in (0, -1) for x in m["totals"][k]), short(m["total"]), short(m["total_single"]),
             short(max(m["beside"].values()))] for row, m in self.rows.items()])

    def gradients(self):
        columns = "method", "gradient", "PyTorch float32", "worst tensor", "its name"
        return table(columns, [
            [row, short(m["gradient"]), short(m["gradient_single"]), short(m["gradient_tensor"][0]),
             f"`{m['gradient_tensor'][1]}`"] for row, m in self.rows.items()])

    def missed(self):
        found = []
        for row, m in self.rows.items():
            limits = [("total loss", m["total"], TOTAL), ("a step of Adam", m["adam"], ADAM),
                      ("gradient of step 0", m["gradient"], max(GRADIENT, PARAMETERS * m["gradient_single"])),
                      ("parameters", m["parameters"], PARAMETERS * m["parameters_single"])]
            found += [f"{row}: {what} is {value:.2e}, above {limit:.2e}" for what, value, limit in limits
                      if not value <= limit]
        return found

    def print(self, steps, sets, arguments):
        versions = {"torch": torch.__version__, "python": platform.python_version()}
        print(OTHERS_HEAD.format(steps=steps, total=TOTAL, arguments="".join(f" {a}" for a in arguments), **versions))
        print(self.totals())
        print(OTHERS_REST.format(gradient=GRADIENT, times=PARAMETERS, adam=ADAM))
        print(self.gradients())
        print(self.parameters())
        missed = self.missed()
        print("\n".join(missed) if missed else "Every limit is kept.")
