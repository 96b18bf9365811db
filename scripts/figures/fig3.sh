#!/bin/sh
# fig3.sh ABLATE OPTION...: of each class the defective test picture with the median score, and the maps of Table 2's
# baseline, which trains nothing, and of its rows i and vii; of row vi, the fullest without text, where an encoder made of
# convolutions stands in the place of clip.
set -eu
ablate=$1
shift
figures=$(scripts/figures/folder "$@")
full="vii"
case "$*" in
*"--swap clip=efficientnet"* | *"--swap clip=resnet"*)
    full="vi"
    echo "fig3: this encoder has no text tower, so row vii cannot be run; row vi, without the constraint, stands in its place"
    ;;
esac
runs=$("$ablate" run ablations/table2.ini --row neighbour --row i --row $full --seeds 1 --folders "$@")
# shellcheck disable=SC2086 # three folders
"$ablate" gallery $runs --rule median --out "$figures/fig3"
scripts/figures/draw fig3 "$figures"
