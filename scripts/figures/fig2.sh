#!/bin/sh
# fig2.sh ABLATE OPTION...: the method's overview: the full line of modules, from their records and its graph. Graphviz
# lays it out.
set -eu
ablate=$1
shift
figures=$(scripts/figures/folder "$@")
"$ablate" graph ablations/table2.ini --row vii "$@" --overview --out "$figures/fig2.dot"
new=$(mktemp -d)
trap 'rm -rf "$new"' EXIT
dot -Tsvg "$figures/fig2.dot" -o "$new/fig2.svg"
dot -Tpng -Gdpi=200 "$figures/fig2.dot" -o "$new/fig2.png"
scripts/figures/keep "$new" fig2 "$figures"
