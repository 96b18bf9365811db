#!/bin/sh
# curves.sh ABLATE OPTION...: how the losses of the full method fall, which experts its patches go to, and how the scores
# of normal and defective pictures spread, beside those of the baseline.
set -euf
ablate=$1
shift
first=$("$ablate" run ablations/table2.ini --row vii --seeds 1 --keep-epochs "$@" --folders)
all=$("$ablate" run ablations/table2.ini --row vii "$@" --folders)
baseline=$("$ablate" run ablations/table2.ini --row i --seeds 1 "$@" --folders)
IFS='
'
# shellcheck disable=SC2086 # a folder a line
"$ablate" curves losses $all --out results/figures/losses.tsv
"$ablate" curves usage "$first" --out results/figures/experts.tsv
"$ablate" curves scores "$baseline" "$first" --out results/figures/scores.tsv
for name in losses experts scores; do
    scripts/figures/draw $name
done
