# experts.tsv: how the patches of test pictures are spread over experts. Its first block is by class, with the trained
# parameters; its second by epoch. In each, lines come expert by expert.
data = file("experts.tsv")
stats data every :::0::0 using 5 nooutput
experts = STATS_max
classes = STATS_records / experts
stats data every :::1::1 using 3 nooutput
epochs = STATS_max
stats data using 6 nooutput
most_share = STATS_max
stats data using 7 nooutput
most_mean = STATS_max
tall = classes * 0.42
half = (tall - 2.2) / 2
eval page(17.8, 1.3 + tall + 1.2)
set termoption noenhanced
run = ""
stats data using (run = strcol(1), 0) nooutput
set multiplot
set label 1 run at screen right(0.1), screen down(0.3) left

unset grid
unset key
set tics out scale 0.3
set border 0
set palette maxcolors 0
set ytics font small_font
row(n) = floor((n - 1) / experts)
shown(value, light) = ((value > 0.6 * most_share) == light ? sprintf("%.2f", value) : "")

eval place(2.9, 1.2, 0.95 * experts, tall)
unset colorbox
set title "share of a class's patches that an expert gets" offset 0, -0.6
set xlabel "expert" offset 0, 0.4
set xtics 1
set xrange [0.5:experts + 0.5]
set yrange [classes - 0.5:-0.5]
set cbrange [0:most_share]
plot n = 0 data every :::0::0 using 5:(n = n + 1, row(n)):6:ytic(3) with image pixels, \
    n = 0 data every :::0::0 using 5:(n = n + 1, row(n)):(shown($6, 0)) with labels font small_font textcolor rgb "white", \
    n = 0 data every :::0::0 using 5:(n = n + 1, row(n)):(shown($6, 1)) with labels font small_font textcolor rgb "black"

unset label 1
set colorbox
set cbtics font small_font
set ylabel "expert"
set ytics autofreq 1
set xtics autofreq epochs > 30 ? 20 : 2
set xrange [-0.5:epochs + 0.5]
set yrange [experts + 0.5:0.5]
eval place(10.2, 1.2, 5.8, half)
unset xlabel
set title "share of all patches, by epoch"
plot data every :::1::1 using 3:5:6 with image pixels
eval place(10.2, 1.2 + half + 2.2, 5.8, half)
set xlabel "epoch (0: before training)"
set title "mean gate over all patches, by epoch"
set cbrange [0:most_mean]
plot data every :::1::1 using 3:5:7 with image pixels
unset multiplot
