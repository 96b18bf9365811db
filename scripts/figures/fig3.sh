#!/bin/sh
# fig3.sh ABLATE OPTION...: of each class the defective test picture with the median score, and the maps of Table 2's
# baseline, which trains nothing, and of its rows i and vii.
set -eu
ablate=$1
shift
figures=$(scripts/figures/folder "$@")
runs=$("$ablate" run ablations/table2.ini --row neighbour --row i --row vii --seeds 1 --folders "$@")
# shellcheck disable=SC2086 # three folders
"$ablate" gallery $runs --rule median --out "$figures/fig3"
scripts/figures/draw fig3 "$figures"
