#!/bin/sh
# equations.sh BUILD [EQUATION]: does each equation's test notice a mistake in the equation's code? For every line of
# equations.txt the module is built with that mistake into a folder of its own, and the equation's test is run with it.
# Prints a table; exits with 1 if a mistake was not noticed, if a line of the list changes nothing, does not compile, or
# ends the test by anything but a comparison or a complaint, or if an equation has no mistake of sign, factor or index.
# MODULE_CC: how a module is compiled.
cd "$(dirname "$0")/../.." || exit 1
build=$PWD/${1:-build}
only=$2
list=tests/mutants/equations.txt
cc=${MODULE_CC:-cc -std=c11 -D_GNU_SOURCE -O2 -fPIC -shared -fvisibility=hidden -Icore -Imodules}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
mkdir "$work/modules" "$work/source"
ln -s "$build"/*.so "$work/" && cp "$build"/modules/*.so "$work/modules/"
killed=0
survived=0
bad=0

# judge TEST: runs it with the modules of $work; its words go to $work/log.
judge() {
    ABLATE_LIBRARY="$work" "$build/tests/test_equations" "$1" >"$work/log" 2>&1
}

# reason: what the test noticed, in a few words.
reason() {
    beyond=$(grep -m 1 BEYOND "$work/log" | sed -E 's/^[^ ]+ ([^:]*): error ([^ ]*) BEYOND tolerance ([^ ]*) .*/\1: \2 > \3/')
    other=$(grep -m 1 -E "there is no|!= |is not equal|is not true|: [a-z_]+: " "$work/log" | sed -e 's/^ERROR: //' -e "s|$work/source/||g" | cut -c 1-100)
    echo "${beyond:-$other}"
}

# cell TEXT: fit for a cell of a table.
cell() {
    printf '%s' "$1" | tr -s ' ' | sed -e 's/^ //' -e 's/|/\\|/g'
}

# mutate EQUATION KIND EDIT: one row of the table.
mutate() {
    tag=${1%@*}
    case $1 in
    *@*) range="/^static.*[ *]${1#*@}(/,/^}/" ;;
    *) range="/tag::$tag\\[\\]/,/end::$tag\\[\\]/" ;;
    esac
    file=$(grep -l "tag::$tag\\[\\]" modules/*.c modules/*/*.c)
    name=$(basename "$file" .c)
    test=$(printf 'test_eq%02d' "${tag#eq}")
    sed -e "$range{$3
}" "$file" >"$work/source/$name.c" || return 1
    if cmp -s "$file" "$work/source/$name.c"; then
        echo "$list: '$3' changes nothing of $1" >&2
        return 1
    fi
    # shellcheck disable=SC2086 # the command has several words
    $cc -w -o "$work/modules/$name.so" "$work/source/$name.c" -lm || return 1
    judge "$test"
    status=$?
    cp "$build/modules/$name.so" "$work/modules/$name.so"
    if [ $status -gt 20 ]; then
        echo "$list: '$3' of $1 ends the test with status $status" >&2
        return 1
    fi
    verdict=killed
    [ $status -eq 0 ] && verdict='**survived**'
    [ $status -eq 0 ] && survived=$((survived + 1)) || killed=$((killed + 1))
    echo "$1 $2: $verdict" >&2
    changed=$(diff "$file" "$work/source/$name.c" | sed -n 's/^> *//p' | head -n 1)
    changed=${changed:-(the line is gone)}
    echo "| ${test#test_} | $2 | $(cell "$file") | \`$(cell "$changed")\` | $verdict | $(cell "$(reason)") |"
}

for number in $(seq 17); do
    for kind in sign factor index; do
        grep -qE "^eq$number(@[a-z_]+)? $kind " "$list" && continue
        echo "$list: there is no mistake of $kind for eq$number; add one" >&2
        exit 1
    done
done
judge 'test_eq*' || {
    echo "the tests fail without any mistake:" >&2
    grep -E "BEYOND|ERROR" "$work/log" >&2
    exit 1
}
cat <<TITLE
# Mistakes made on purpose

\`make mutants\` makes each of these mistakes in a module's code, in the region tagged with the equation or in a function
beside it that the equation needs, and runs the equation's test (tests/modules/test_equations.c). The last column is the first
thing that the test noticed: the result or gradient, its error and its tolerance.

| test | kind | file | the line with the mistake | verdict | noticed |
|---|---|---|---|---|---|
TITLE
while read -r equation kind edit; do
    case $equation in '' | '#'*) continue ;; esac
    [ "${only:-${equation%@*}}" = "${equation%@*}" ] || continue
    mutate "$equation" "$kind" "$edit" || bad=$((bad + 1))
done <"$list"
echo
echo "$killed killed, $survived survived."
[ $((survived + bad)) -eq 0 ]
