#!/bin/sh
# fig2.sh ABLATE OPTION...: the method's overview: the full line of modules, from their records and its graph.
set -eu
ablate=$1
shift
"$ablate" graph ablations/table2.ini --row vii "$@" --overview --out results/figures/fig2.tsv
scripts/figures/draw fig2
