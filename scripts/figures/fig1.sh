#!/bin/sh
# fig1.sh ABLATE OPTION...: what text says of patches, how well patches are decoded without and with the constraint (Table
# 2's rows vi and vii), and the five metrics beside the printed ones.
set -eu
ablate=$1
shift
figures=$(scripts/figures/folder "$@")
runs=$("$ablate" run ablations/table2.ini --row vi --row vii --seeds 1 --folders "$@")
# Of the deepest layer's encoded patches: the response to the normal prompt, to the abnormal one, their difference (Eq. 7);
# and the similarity of encoded and decoded patches, mean over the layers (Eq. 17).
# shellcheck disable=SC2086 # two folders
"$ablate" patches $runs --value response.4:0 --value response.4:1 --value response.4:0-1 --value 1-distance \
    --rule median --good --spread 3 --out "$figures/fig1"
# The means that the paper prints for others and for itself, in the order of the file's columns.
awk '
    /^metrics *=/ { sub(/^[^=]*= */, ""); gsub(/ +/, "\t"); print "name\t" $0 }
    /^\[/ { name = "" }
    /^\[printed / { sub(/^\[printed /, ""); sub(/\].*/, ""); name = $0 }
    name && /^mean *=/ { sub(/^[^=]*= */, ""); gsub(/ +/, "\t"); print name "\t" $0; found = 1 }
    END { exit !found }
' experiments/table1.ini >"$figures/fig1/printed.tsv" ||
    { echo "experiments/table1.ini: there is no section [printed NAME] with a line 'mean'; restore the file" >&2; exit 1; }
scripts/figures/draw fig1 "$figures"
