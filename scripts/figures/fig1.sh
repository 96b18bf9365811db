#!/bin/sh
# fig1.sh ABLATE OPTION...: what text says of patches, how well patches are decoded without and with the constraint (Table
# 2's rows vi and vii), and the five metrics of the methods that ran here, Table 1's rows, beside the printed ones.
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
# The means that the paper prints for others and for itself, in the order of the file's columns; `mark`: the line type, 1
# for the paper's own method, which is the last.
awk '
    /^metrics *=/ { sub(/^[^=]*= */, ""); gsub(/ +/, "\t"); print "name\tmark\t" $0 }
    /^\[/ { name = "" }
    /^\[printed / { sub(/^\[printed /, ""); sub(/\].*/, ""); name = $0 }
    name && /^mean *=/ { sub(/^[^=]*= */, ""); gsub(/ +/, "\t"); n++; of[n] = name; mean[n] = $0 }
    END { for (i = 1; i <= n; i++) print of[i] "\t" i % n + 1 "\t" mean[i]; exit n == 0 }
' experiments/table1.ini >"$figures/fig1/printed.tsv" ||
    { echo "experiments/table1.ini: there is no section [printed NAME] with a line 'mean'; restore the file" >&2; exit 1; }
# The same of the rows that have run here, over all seeds that have finished: a method has the mark of its namesake.
report=$("$ablate" run experiments/table1.ini --seeds 1 "$@" | sed -n 's/^report: \(.*\)\.md, .*/\1.tsv/p')
awk -F '\t' -v OFS='\t' -v printed="$figures/fig1/printed.tsv" '
    BEGIN {
        getline <printed
        columns = split($0, metric)
        print
        while ((getline <printed) > 0) { sub(/\*$/, "", $1); mark[$1] = $2; most++ }
    }
    $2 == "mean" && $4 == "mean" && $5 + 0 == $5 { if (!($1 in seen)) of[++n] = $1; seen[$1] = 1; value[$1, $3] = 100 * $5 }
    END {
        for (i = 1; i <= n; i++) {
            name = of[i]
            line = name OFS (name in mark ? mark[name] : ++most)
            for (c = 3; c <= columns; c++) line = line OFS value[name, metric[c]]
            print line
        }
        exit n == 0
    }
' "$report" >"$figures/fig1/here.tsv" || { echo "$report: there is no row that has run" >&2; exit 1; }
scripts/figures/draw fig1 "$figures"
