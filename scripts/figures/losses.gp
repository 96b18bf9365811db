# losses.tsv: each loss by epoch, over runs that differ in their seed alone. A panel a loss.
data = file("losses.tsv")
terms = ""
stats data using (strstrt(" ".terms, " ".strcol(2)." ") > 0 ? 0 : (terms = terms.strcol(2)." ", 0)) nooutput
stats data using 3 nooutput
epochs = STATS_max
runs = STATS_columns - 7
rows = (words(terms) + 1) / 2
tall = 4.1
eval page(17.8, 0.5 + rows * (tall + 1.8) + 0.6)
run = ""
stats data using (run = strcol(1), 0) nooutput
set multiplot
set label 1 run at screen right(0.1), screen down(0.3) left noenhanced

is(term) = strcol(2) eq term
least = 1e-16 # drawn in the place of 0, which has no logarithm
above(value) = value > least ? value : least
set logscale y
set format y "10^{%L}"
set xlabel "epoch" offset 0, 0.4
set xtics epochs > 30 ? 20 : epochs > 3 ? 2 : 1
unset key
do for [i = 1:words(terms)] {
    term = word(terms, i)
    set xrange [*:*]
    set yrange [*:*]
    last = NaN # stays so for a probe, and 0 for a loss that begins after the last epoch
    begins = epochs + 1
    stats data using (is(term) ? (last = last > $4 ? last : $4, 0) : 0) nooutput
    stats data using (is(term) && $4 > 0 && $3 < begins ? (begins = $3, 0) : 0) nooutput
    eval place(2.1 + 8.8 * ((i - 1) % 2), 1.0 + (tall + 1.8) * ((i - 1) / 2), 6.8, tall)
    set ylabel (i % 2 ? "loss, mean of an epoch" : "")
    set title sprintf("%s%s", term, last == last ? sprintf(", weight %g", last) : "") offset 0, -0.6 noenhanced
    stats data using (is(term) ? $7 : NaN) nooutput
    most = STATS_max
    stats data using (is(term) ? $5 : NaN) nooutput
    # One epoch of one seed is one number, and no range.
    if (above(STATS_min) == above(most)) { set yrange [above(most) / 2:above(most) * 2] }
    set ytics autofreq
    if (STATS_min < least) { set ytics add ("0" least) }
    unset object
    unset label 2
    if (i > 1) { unset label 1 }
    if (last == last && begins > 1) {
        set object rectangle from graph 0, graph 0 to begins - 0.5, graph 1 back \
            fillcolor rgb "#EEEEEE" fillstyle solid noborder
        set label 2 "weight 0" at 0.7, graph 0.08 font letters(small)
    }
    set xrange [0.5:epochs + 0.5]
    plot data using (is(term) ? $3 : NaN):(above($5)):(above($7)) with filledcurves fillcolor rgb "#BBD7EA", \
        for [k = 8:7 + runs] data using (is(term) ? $3 : NaN):(above(column(k))) with lines linecolor rgb blue \
            linewidth 0.5 dashtype solid, \
        data using (is(term) ? $3 : NaN):(above($6)) with linespoints linetype 1
}
# The key has the foot of the page to itself.
eval place(1.6, 1.0 + rows * (tall + 1.8) - 0.5, 16, 0.4)
unset logscale
unset title
unset xlabel
unset ylabel
unset tics
unset border
unset object
unset label
unset grid
set format y "%g"
set xrange [0:1]
set yrange [0:1]
set key at graph 0.5, graph 0.5 center center horizontal maxrows 1 width -3
plot NaN with linespoints linetype 1 title sprintf("mean of %d seeds", runs), \
    NaN with lines linecolor rgb blue linewidth 0.5 dashtype solid title "each seed", \
    NaN with filledcurves fillcolor rgb "#BBD7EA" title "from the least to the most"
unset multiplot
