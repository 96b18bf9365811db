# scores.tsv: histograms of normal and defective scores, a block each: of pictures, run by run, then of pixels. A row of
# panels a run.
data = file("scores.tsv")
last = ""
blocks = 0
stats data using (strcol(1).strcol(2) eq last ? 0 : (last = strcol(1).strcol(2), blocks = blocks + 1, 0)) nooutput
runs = blocks / 2
tall = 3.6
eval page(17.8, 0.3 + runs * (tall + 1.9) + 0.6)
set multiplot

unset key
set grid back
above(share, least) = share > least ? share : least # a logarithm needs more than 0
least = 1e-6
do for [level = 0:1] {
    if (level) { set logscale y; set format y "10^{%L}" }
    do for [i = 0:runs - 1] {
        block = level * runs + i
        set xrange [*:*]
        set yrange [*:*]
        stats data every :::block::block using (run = strcol(1), $3):4 nooutput
        from = STATS_min_x
        to = STATS_max_y
        eval place(2.1 + 8.8 * level, 0.8 + (tall + 1.9) * i, 6.8, tall)
        set title run offset 0, -0.6 noenhanced
        set xlabel (level ? "score of a pixel" : "score of a picture") offset 0, 0.4
        set ylabel (level ? "share of pixels" : "share of pictures")
        set xrange [from:to]
        if (level) { set yrange [least:1] } else { set yrange [0:*] }
        low = level ? least : 0
        plot data every :::block::block using (($3 + $4) / 2):(above($7, low)):($4 - $3) with boxes \
                fillcolor rgb "#9CC6E0" fillstyle solid noborder, \
            data every :::block::block using (($3 + $4) / 2):(above($8, low)) with histeps linetype 2 linewidth 1.4 \
                dashtype solid
    }
}
# The key has the foot of the page to itself.
eval place(1.6, 0.8 + runs * (tall + 1.9) - 0.5, 16, 0.4)
unset logscale
unset title
unset xlabel
unset ylabel
unset tics
unset border
unset grid
set format y "%g"
set xrange [0:1]
set yrange [0:1]
set key at graph 0.5, graph 0.5 center center horizontal maxrows 1
plot NaN with boxes fillcolor rgb "#9CC6E0" fillstyle solid noborder title "normal", \
    NaN with lines linetype 2 linewidth 1.4 dashtype solid title "defective"
unset multiplot
