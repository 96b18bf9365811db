# fig4.gp: Figure 4, the mean of the five metrics of each encoder by the size of the pictures. From results/fig4.tsv,
# whose rows are named "encoder=A size=S"; encoders and sizes are drawn in the order in which they stand there.
eval page(8.4, 7)
data = report eq "" ? file("../fig4.tsv") : report
scale_name = system("sed -n 's/^# Scale: \\(.*\\)\\.$/\\1/p' '".data."'")

encoder(row) = substr(word(row, 1), strlen("encoder=") + 1, strlen(row))
side(row) = substr(word(row, 2), strlen("size=") + 1, strlen(row))
holds(list, x) = strstrt(" ".list." ", " ".x." ") > 0
with(list, x) = holds(list, x) ? list : list." ".x
encoders = ""; sides = ""
stats data using (encoders = with(encoders, encoder(strcol(1))), sides = with(sides, side(strcol(1))), 0) nooutput

tick(x) = sum [i = 1:words(sides)] (word(sides, i) eq x ? i : 0)
is(metric, seed) = strcol(2) eq metric && strcol(3) eq seed
of(x) = encoder(strcol(1)) eq x && is("mean", "mean") ? 100 * column(4) : NaN
printed(dummy) = is("mean", "paper") ? 100 * column(4) : NaN

set xrange [0.7:words(sides) + 0.3]
set for [i = 1:words(sides)] xtics (word(sides, i) i)
set xlabel "Size of the pictures [pixels a side]"
set ylabel "Mean of the five metrics [%]"
set title sprintf("Scale %s", scale_name) font "".letters(small) offset 0, -0.8 noenhanced
set bmargin 6.5
set key bmargin center horizontal noenhanced maxrows 2 width 3 Left reverse

ours = "for [e = 1:words(encoders)] data using (tick(side(strcol(1)))):(of(word(encoders, e))) \
        with linespoints linetype e title word(encoders, e)"
# Where encoders and data are the paper's own, its printed value stands beside ours
theirs = ", data using (tick(side(strcol(1)))):(printed(0)) with points linetype 8 title 'the paper'"
eval "plot ".ours.(scale_name eq "paper" ? theirs : "")
