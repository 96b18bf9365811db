# gradients.tsv and gradients-tau.tsv: how strongly each loss pulls while the full method is trained: the norm of its
# gradient times its weight, in steps spread over the epochs, of every seed. A panel a file.
page_tall = 7.9
eval page(17.8, page_tall)
set multiplot
least = 1e-4
# What is below the axis is drawn on it.
weighted(norm, weight) = weight > 0 ? (norm * weight > least ? norm * weight : least) : NaN
set format y "10^{%L}"
set xlabel "epochs passed" offset 0, 0.4
set key at screen 0.5, down(page_tall - 0.45) center horizontal maxrows 1
files = "gradients gradients-tau"
do for [f = 1:2] {
    data = file(word(files, f).".tsv")
    terms = ""
    unset logscale
    set xrange [*:*]
    set yrange [*:*]
    # A loss that has no weight yet, as in a run of few steps, is not drawn.
    stats data using (strcol(2) eq "weighted-sum" || $4 == 0 || strstrt(" ".terms, " ".strcol(2)." ") > 0 ? 0 \
        : (terms = terms.strcol(2)." ", 0)) nooutput
    stats data using 3 nooutput
    passed = STATS_max
    runs = STATS_columns - 7
    run = ""
    stats data using (run = strcol(1), 0) nooutput
    note = ""
    do for [i = 1:words(terms)] {
        all = 0; quiet = 0
        do for [k = 8:7 + runs] {
            stats data using (strcol(2) eq word(terms, i) && $4 > 0 ? (all = all + 1, \
                quiet = quiet + (column(k) * $4 > least ? 0 : 1), 0) : 0) nooutput
        }
        if (quiet > 0) { note = note.sprintf("%s%s: %.0f %%", note eq "" ? "on the axis: " : ", ", word(terms, i), 100.0 * quiet / all) }
    }
    set logscale y
    if (passed > 0) { set xrange [*:*] } else { set xrange [0:1] }
    set yrange [least:2e3]
    set ytics add ("0" least)
    eval place(1.7 + 8.9 * (f - 1), 1.2, 6.9, 4.2)
    unset label
    set label 1 (f == 1 ? "tau = 0.001, as stated: " : "tau = 0.07: ").run at graph 0, graph 1.14 left noenhanced
    set label 2 note at graph 0.01, graph 0.05 left font small_font noenhanced
    set ylabel (f == 1 ? "weight x norm of the gradient" : "")
    plot for [k = 8:7 + runs] for [i = 1:words(terms)] data \
        using (strcol(2) eq word(terms, i) ? $3 : NaN):(weighted(column(k), $4)) with points linetype (i % 8) + 1 \
        title (f == 1 && k == 8 ? word(terms, i) : "") noenhanced
    unset key
}
