#!/bin/sh
# curves.sh ABLATE OPTION...: how the losses of the full method fall and how strongly each pulls, beside another tau; which
# experts its patches go to, and how the scores of normal and defective pictures spread, beside those of the baseline.
set -euf
ablate=$1
shift
figures=$(scripts/figures/folder "$@")
first=$("$ablate" run ablations/table2.ini --row vii --seeds 1 --keep-epochs "$@" --folders)
all=$("$ablate" run ablations/table2.ini --row vii --keep-epochs "$@" --folders)
milder=$("$ablate" run ablations/table2.ini --row vii --keep-epochs "$@" --set cnc.tau=0.07 --folders)
baseline=$("$ablate" run ablations/table2.ini --row i --seeds 1 "$@" --folders)
IFS='
'
# shellcheck disable=SC2086 # a folder a line, here and below
"$ablate" curves losses $all --out "$figures/losses.tsv"
"$ablate" curves gradients $all --out "$figures/gradients.tsv"
"$ablate" curves gradients $milder --out "$figures/gradients-tau.tsv"
"$ablate" curves usage "$first" --out "$figures/experts.tsv"
"$ablate" curves scores "$baseline" "$first" --out "$figures/scores.tsv"
for name in losses gradients experts scores; do
    scripts/figures/draw $name "$figures"
done
