# fig1.gp: what the prompts see in patches (A), how well patches are decoded without and with the constraint (B), and the
# five metrics beside the printed ones (C). From `ablate patches`: values 1 and 2 are the responses, 3 their difference, 4
# the similarity; run 1 is without and run 2 with the constraint.
data(name) = file("fig1/".name)
stats data("pictures.tsv") using 0 nooutput
count = int(STATS_records)
array what[count]
array state[count]
stats data("pictures.tsv") using (what[int($0) + 1] = strcol("class"), state[int($0) + 1] = strcol("state"), 0) nooutput
array row[2]
array model[2]
stats data("runs.tsv") using (row[int($0) + 1] = strcol("row"), model[int($0) + 1] = strcol("model"), 0) nooutput
stats data("runs.tsv") using (origin = strcol("data"), size = strcol("scale"), about = "Data: ".origin."; scale ".size."; seed ".strcol("seed"), 0) nooutput
array low[16]
array high[16]
array above[32]
stats data("values.tsv") using (v = int(column("value")), low[v] = column("low"), high[v] = column("high"), above[2 * v - 2 + int(column("run"))] = column("normal above defective"), 0) nooutput

eval page(17.8, 18.1)
set multiplot

# ---- left: the chosen pictures and their maps ----

left = 2.5
top = 0.9
tile = 1.25
gap = 0.08
tile_x(i) = left + (i - 1) * (tile + gap) + ((i - 1) / 2) * 0.12
tile_y(k) = top + (k - 1) * (tile + gap) + (k > 2 ? 0.12 : 0) + (k > 4 ? 0.12 : 0)
number(k) = k < 5 ? k - 2 : 4
run(k) = k == 5 ? 1 : 2
tic(x, span) = sprintf(span < 1.5 ? "%.2f" : "%.1f", x)
tall = 2 * tile + gap
label_y(k) = tile_y(k) + tile / 2

eval bare
unset label
eval title("A", 0.1, label_y(3) - 0.5, "left")
eval title("B", 0.1, label_y(5) - 0.5, "left")
eval write("picture", left - 0.15, label_y(1), "right")
eval write("mask", left - 0.15, label_y(2), "right")
eval write("response to the", left - 0.15, label_y(3) - 0.16, "right")
eval write("normal prompt, α", left - 0.15, label_y(3) + 0.16, "right")
eval write("response to the", left - 0.15, label_y(4) - 0.16, "right")
eval write("abnormal one, β", left - 0.15, label_y(4) + 0.16, "right")
eval write("similarity, row ".row[1], left - 0.15, label_y(5) - 0.16, "right")
eval write("without constraint", left - 0.15, label_y(5) + 0.16, "right")
eval write("similarity, row ".row[2], left - 0.15, label_y(6) - 0.16, "right")
eval write("with constraint", left - 0.15, label_y(6) + 0.16, "right")
do for [i = 1:count:2] { eval title(what[i], tile_x(i) + tile + gap / 2, 0.25, "center") }
do for [i = 1:count] { eval write(state[i], tile_x(i) + tile / 2, 0.65, "center") }

do for [i = 1:count] {
    do for [k = 1:6] {
        eval place(tile_x(i), tile_y(k), tile, tile)
        if (k < 3) {
            plot data(sprintf("%d-%s.png", i, k == 1 ? "picture" : "mask")) binary filetype=png with rgbimage
        } else {
            v = number(k)
            set cbrange [low[v]:high[v]]
            if (i == count && k != 6) { span = high[v] - low[v]; set cbtics (tic(low[v], span) low[v], tic(low[v] + span / 2, span) low[v] + span / 2, tic(high[v], span) high[v]) scale 0.3 font small_font offset -0.6, 0; eval bar(tile_x(count) + tile + 0.15, tile_y(k) + 0.15, 0.2, (k == 5 ? tall : tile) - 0.3) }
            plot data(sprintf("%d-value-%d-%d.png", i, v, run(k))) binary filetype=png \
                using (low[v] + $1 / 255.0 * (high[v] - low[v])) with image
            unset colorbox
        }
        unset label
    }
}

# ---- right: how the patches of all test pictures lie ----

panel_x = left + 6 * (tile + gap) + 2.7
panel_w = 17.6 - panel_x
percent(x) = 100 * x
axes = "set border 3 linewidth 0.7; unset label; set yrange [0:*]; set ylabel '% of patches' font small_font offset 1.2, 0"
step(most) = most > 8 ? 5 : most > 3 ? 2 : 1
set style fill solid 0.6 noborder
do for [p = 1:3] {
    v = p == 1 ? 3 : 4
    k = p == 2 ? 1 : 2
    y = 1.4 + 2.75 * (p - 1)
    here(x) = column("value") == v && column("run") == k ? x : NaN
    stats data("histogram.tsv") using (here(percent(column("normal") > column("defective") ? column("normal") : column("defective")))) nooutput
    eval axes
    eval place(panel_x, y, panel_w, 1.5)
    set xrange [low[v]:high[v]]
    set xtics autofreq nomirror scale 0.5 font small_font offset 0, 0.4
    set ytics 0, step(STATS_max) nomirror scale 0.5 font small_font
    set xlabel (v == 3 ? "α − β, row ".row[2] : "similarity, row ".row[k]) font small_font offset 0, 1
    eval title(p == 1 ? "A" : p == 2 ? "B" : "", panel_x - 1.1, y - 0.25, "left")
    eval write(sprintf("normal above defective in %.0f %% of the pairs", 100 * above[2 * v - 2 + k]), panel_x + panel_w, y - 0.25, "right")
    if (p == 1) { set key at screen right(panel_x + panel_w), down(0.05) right top vertical samplen 2 font small_font } else { unset key }
    plot data("histogram.tsv") using (here(column("middle"))):(percent(column("normal"))) with fillsteps linecolor rgb sky title "normal patches", \
         "" using (here(column("middle"))):(percent(column("defective"))) with histeps linetype 2 title "defective patches"
}

# ---- below: the five metrics, of what is printed and of what ran here ----

array metric[5] = ["image_auroc", "pixel_auroc", "aupro", "image_ap", "pixel_ap"]
array name_of[5] = ["I-AUROC", "P-AUROC", "AUPRO", "I-mAP", "P-mAP"]
array value[5 * 32]
array method[32]
array mark[32]

# A metric's axis m = 1 .. 5, from the top clockwise; a polygon closes with m = 6.
angle(m) = pi / 2 - (m - 1) * 2 * pi / 5
axis(m) = int(m - 1) % 5 + 1
panel_y = 10.2
radar_r = 1.6
radar_x = 0.85
strip_x = 6.2
strip_w = 2.5
strip_h = 0.5
strip_gap = 0.42
corner(m, r) = sprintf("%f, %f", cos(angle(m)) * r, sin(angle(m)) * r)
ring(r) = sprintf("set object %d polygon from %s to %s to %s to %s to %s to %s fillstyle empty border linecolor rgb '#BBBBBB' linewidth 0.5", \
                  5 * r, corner(1, r), corner(2, r), corner(3, r), corner(4, r), corner(5, r), corner(1, r))
number_at(r) = sprintf("set label '%d' at %f, %f right font small_font textcolor rgb '#777777'", 100 * r, -0.08, r - 0.02)
spoke(m) = sprintf("set arrow %d from 0, 0 to %s nohead linecolor rgb '#BBBBBB' linewidth 0.5", m, corner(m, 1))
# Beside the axis on the right and on the left, above or below it elsewhere.
axis_label(m) = sprintf("set label name_of[%d] at %f, %f %s font small_font", m, (abs(cos(angle(m))) > 0.9 ? 1.05 : 1.1) * cos(angle(m)), \
                        (m == 1 ? 1.13 : 1.13) * sin(angle(m)), abs(cos(angle(m))) < 0.9 ? "center" : cos(angle(m)) > 0 ? "left" : "right")
# A step of 1, 2 or 5 near half of the span.
power(x) = 10.0 ** floor(log10(x))
tidy(x) = (x / power(x) < 1.5 ? 1 : x / power(x) < 3.5 ? 2 : x / power(x) < 7.5 ? 5 : 10) * power(x)

do for [part = 1:2] {
    half_x = part == 1 ? 0 : 8.95
    name = part == 1 ? "printed.tsv" : "here.tsv"
    set datafile columnheaders
    set autoscale # stats leaves out what is out of range
    stats data(name) using 0 nooutput
    methods = int(STATS_records)
    do for [m = 1:5] {
        stats data(name) using (value[int($0) * 5 + m] = column(metric[m]), method[int($0) + 1] = strcol("name"), mark[int($0) + 1] = int(column("mark")), 0) nooutput
    }
    unset datafile columnheaders

    # All axes from 0 to 100, as the paper draws them.
    eval bare
    set xrange [-1.02:1.02]
    set yrange [-1.02:1.02]
    set samples 6
    do for [r = 1:5] { eval ring(0.2 * r) }
    do for [r = 1:5] { eval number_at(0.2 * r) }
    do for [m = 1:5] { eval spoke(m) }
    do for [m = 1:5] { eval axis_label(m) }
    if (part == 1) { eval title("C", 0.1, panel_y - 0.65, "left") }
    eval write(part == 1 ? "printed by the paper: MVTec AD, ViT-L/14@336px" : \
               "these runs: scale ".size.(size eq "paper" ? "" : ", other pictures and encoder; not comparable"), half_x + 0.5, panel_y - 0.65, "left")
    eval place(half_x + radar_x, panel_y + 0.35, 2 * radar_r, 2 * radar_r)
    plot for [n = 1:methods] [m = 1:6] '+' using (value[n * 5 - 5 + axis(m)] / 100 * cos(angle(m))):(value[n * 5 - 5 + axis(m)] / 100 * sin(angle(m))) \
        with lines linetype mark[n]
    do for [r = 1:5] { unset object r }
    unset arrow

    # Each metric on an axis of its own, which shows the differences; below them the names.
    do for [m = 1:5] {
        low_end = 100
        high_end = 0
        do for [n = 1:methods] { low_end = value[n * 5 - 5 + m] < low_end ? value[n * 5 - 5 + m] : low_end; high_end = value[n * 5 - 5 + m] > high_end ? value[n * 5 - 5 + m] : high_end }
        span = high_end - low_end < 0.5 ? 0.5 : high_end - low_end
        eval bare
        set border 1 linewidth 0.7
        set xrange [low_end - 0.1 * span:high_end + 0.1 * span]
        set yrange [-0.5:methods + 0.5]
        set xtics tidy(span / 2) nomirror scale 0.3 font small_font offset 0, 0.5
        set grid xtics linetype 1 linecolor rgb "#DDDDDD" dashtype solid linewidth 0.5
        eval write(name_of[m], half_x + strip_x - 0.15, panel_y + 0.2 + (m - 1) * (strip_h + strip_gap), "right")
        if (m == 5) { do for [n = 1:methods] { set label method[n] at screen right(half_x + 0.5 + 2.05 * ((n - 1) % 4)), down(panel_y + 4.85 + 0.36 * ((n - 1) / 4)) left font small_font noenhanced point linetype mark[n] offset 0.8, 0 } }
        eval place(half_x + strip_x, panel_y - 0.05 + (m - 1) * (strip_h + strip_gap), strip_w, strip_h)
        set samples 2
        plot for [n = 1:methods] [k = 0:0] '+' using (value[n * 5 - 5 + m]):(methods - n) every ::0::0 with points linetype mark[n]
    }
}

# What the choice, the colours and the numbers are.
eval bare
notes = "C: all axes from 0 to 100, as in the paper, and each metric on an axis of its own.|".\
        "A, B: classes of lowest, median and highest I-AUROC in row ".row[2]."; of each, the good and the defective test picture of median image score.|".\
        "α, β: Eq. 7 for the deepest layer's encoded patches. Similarity: cosine of encoded and decoded patches, mean over the layers.|".\
        "Colours and axes end at the 0.5 % and 99.5 % quantiles of all test patches. Normal: no pixel is marked; defective: at least half are.|".\
        "Row ".row[1].": ".model[1].". Row ".row[2].": ".model[2].".|".about."."
line_of(text, n) = n == 1 ? (strstrt(text, "|") ? text[1:strstrt(text, "|") - 1] : text) : line_of(text[strstrt(text, "|") + 1:], n - 1)
do for [n = 1:6] { eval write(line_of(notes, n), 0.1, panel_y + 5.45 + 0.35 * n, "left") }
eval place(0, panel_y + 5.8, 0.1, 0.1)
plot [0:1] [0:1] NaN
unset multiplot
