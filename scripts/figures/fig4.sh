#!/bin/sh
# fig4.sh ABLATE OPTION...: runs the grid of Figure 4, or what is missing of it, and draws results/figures/fig4.svg and
# .png from its report, results/fig4.tsv.
set -eu
ablate=$1
shift
"$ablate" run ablations/fig4.ini "$@"
"$(dirname "$0")/draw" fig4
