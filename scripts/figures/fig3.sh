#!/bin/sh
# fig3.sh ABLATE OPTION...: of each class the defective test picture with the median score in Table 2's baseline, which
# trains nothing, with the maps of rows i and vii and of that baseline; of row vi, the fullest without text, where an encoder
# made of convolutions stands in the place of clip.
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
# shellcheck disable=SC2086 # three folders, the baseline's first; gallery chooses by the last
set -- $runs
"$ablate" gallery "$2" "$3" "$1" --rule median --out "$figures/fig3"
scripts/figures/draw fig3 "$figures"
