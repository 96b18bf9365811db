#!/bin/sh
# fig4.sh ABLATE OPTION...: runs the grid of Figure 4, or what is missing of it, and draws fig4.svg and .png
# from its report: results/fig4.tsv, or what the call names where that is of other settings.
set -eu
ablate=$1
shift
case "$*" in
*clip.weights=*)
    echo "fig4: the figure compares four encoders, so one file (CLIP=) cannot stand for all; name each in ablations/fig4.ini" >&2
    exit 1
    ;;
esac
figures=$("$(dirname "$0")/folder" "$@")
said=$(mktemp)
trap 'rm -f "$said"' EXIT
"$ablate" run ablations/fig4.ini "$@" >"$said"
cat "$said"
REPORT=$(sed -n 's/^report: \(.*\)\.md, .*/\1.tsv/p' "$said") "$(dirname "$0")/draw" fig4 "$figures"
