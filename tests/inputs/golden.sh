#!/bin/sh
# golden.sh PROGRAM FOLDER: the golden runs of tests/whole/test_golden_runs.c, into FOLDER/runs. One picture a class and
# state, of 64 x 64, and two steps: what is guarded is bits, which the first steps have. Score maps are kept of pictures
# that are files: of drawn ones each run would draw the masks again.
set -e
program=$1 folder=$2
run() {
    "$program" run "$@" --seeds 1 --steps 2 --device cpu --out "$folder" --cache "$folder/cache" >"$folder/log" 2>&1 ||
        { tail -n 20 "$folder/log" >&2; exit 1; }
}
# copy CLASS TO DEFECT NAME: a drawn class, with one defect, as one of another data set.
copy() {
    mkdir -p "$folder/$2/test" "$folder/$2/ground_truth"
    cp -r "$folder/folder/mini-$1/train" "$folder/$2"
    cp -r "$folder/folder/mini-$1/test/good" "$folder/$2/test"
    cp -r "$folder/folder/mini-$1/test/$3" "$folder/$2/test/$4"
    cp -r "$folder/folder/mini-$1/ground_truth/$3" "$folder/$2/ground_truth/$4"
}
small="--scale mini --set input.size=64"
few="--set mini.train=1 --set mini.good=1 --set mini.each=1"
# shellcheck disable=SC2086 # options are several words
{
    if [ -n "${FEW:-}" ]; then # what a sanitizer has time for
        run ablations/table2.ini --row vii $small $few
        exit
    fi
    run ablations/table2.ini ablations/unstated/*.ini $small $few
    run experiments/table3.ini --row CND $small --set minivisa.train=1 --set minivisa.good=1 --set minivisa.each=1
    run experiments/pretrain.ini --row near --set captions.count=16 --set captions.test=8 --set run.batch=8
    "$program" data mini --export "$folder/folder" $few >"$folder/log" 2>&1
    copy bottle mvtec/bottle broken_large broken_large
    copy carpet mvtec/carpet cut cut
    copy bottle visa/candle broken_large bad
    copy carpet visa/cashew cut bad
    run tests/inputs/golden.ini --keep-maps $small --data "folder:$folder/folder"
    small="--keep-maps $small --set run.batch=2"
    run tests/inputs/small.ini --row base $small --data "mvtec:$folder/mvtec" --set mvtec.partial=yes
    run tests/inputs/small.ini --row full $small --data "visa:$folder/visa" --set visa.partial=yes
}
