# The line of modules as `ablate graph --overview` lays it out: fig2.tsv lists shapes in points of the page, y downwards.
data = file("fig2.tsv")
stats data using (strcol(1) eq "page" ? $2 : 0) nooutput
wide = STATS_max
stats data using (strcol(1) eq "page" ? $3 : 0) nooutput
high = STATS_max
eval page(wide / 72 * 2.54, high / 72 * 2.54)
set termoption noenhanced
set margins 0, 0, 0, 0
unset border
unset tics
unset grid
unset key

ink = "#222222"
set style line 1 linecolor rgb ink linewidth 0.8 dashtype solid
set style line 2 linecolor rgb ink linewidth 2.0 dashtype solid
set style line 3 linecolor rgb blue linewidth 2.0 dashtype (4,2)
set style line 4 linecolor rgb green linewidth 1.0 dashtype (2,2)
do for [i = 1:4] { set style arrow i head filled size screen 0.012, 18 fixed linecolor rgb (i == 3 ? blue : i == 4 ? green : ink) linewidth 0.3 }

area(fill, border, width) = sprintf( \
    "using (x('%%s')):3 with polygons fillcolor rgb '%s' fillstyle solid border rgb '%s' linewidth %g dashtype solid", \
    fill, border, width)
line(i) = sprintf("using (x('%%s')):3 with lines linestyle %d", i)
arrow(i) = sprintf("using (x('%%s')):3:($4-1):5 with vectors arrowstyle %d", i)
spell(place, face) = sprintf("using (x('%%s')):3:6 with labels %s font '%s'", place, face)
x(what) = strcol(1) eq what ? $2 : NaN

# From the back to the front; kinds that the line of modules does not have are left out.
array kinds[20] = ["line-stem", "box-frozen", "box-trained", "box-plain", "box-training", "chip-loss", "chip-score", \
    "chip-value", "line-service", "line-value", "line-list", "line-training", "arrow-service", "arrow-value", \
    "arrow-list", "arrow-training", "dot", "title", "name", "text"]
array look[20] = [line(1), area("#CFE3F2", ink, 0.8), area("#FFFFFF", ink, 0.8), area("#EEEEEE", ink, 0.8), \
    area("#FFFFFF", blue, 1.6), area("#F3C3A5", vermilion, 0.8), area("#B9E3D5", green, 0.8), \
    area("#FFFFFF", grey, 0.8), line(4), line(1), line(2), line(3), arrow(4), arrow(1), arrow(2), arrow(3), \
    "using (x('%s')):3 with points pointtype 7 pointsize 0.35 linecolor rgb ink", spell("center", bold(9)), \
    spell("center", bold(small)), spell("center", letters(small))]
list = "data using (x('left-name')):3:6 with labels left font bold(small), " \
    ."data using (x('left-text')):3:6 with labels left font letters(small)"
do for [i = |kinds|:1:-1] {
    stats data using (strcol(1) eq kinds[i] ? 1 : 0) nooutput
    if (STATS_max > 0) { list = "data ".sprintf(look[i], kinds[i]).", ".list }
}
set xrange [0:wide]
set yrange [high:0]
eval "plot ".list
