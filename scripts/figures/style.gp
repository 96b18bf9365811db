# style.gp: the one style of all figures. scripts/figures/draw gives `form` (svg or png), `out` (the file to write) and
# `folder` (where the figure's data is). A figure's script begins with
#     eval page(WIDTH, HEIGHT)
# in centimetres: 17.8 is a page of two columns, 8.4 one column.

# ---- the page ----

# An SVG's unit is a 96th of an inch; a PNG has 220 pixels to the inch, and gnuplot counts its widths in 96ths as well.
set encoding utf8
typeface = "Liberation Sans"
normal = 8 # points of the printed page
small = 7  # nothing is smaller
points(size) = form eq "svg" ? size * 96 / 72.0 : size
letters(size) = sprintf("%s,%g", typeface, points(size))
bold(size) = sprintf("%s:Bold,%g", typeface, points(size))
small_font = letters(small) # "set tics" wants a variable
units(cm) = cm / 2.54 * (form eq "svg" ? 96 : 220)
scale = form eq "svg" ? 1 : 220 / 96.0
terminal = form eq "svg" ? "svg" : sprintf("pngcairo fontscale %g pointscale %g", scale, scale)
page(w, h) = (page_width = w, page_height = h, sprintf('set terminal %s size %.0f,%.0f font "%s" linewidth %g background "white"; set output "%s"', \
                     terminal, units(w), units(h), letters(normal), scale, out))
file(name) = folder."/".name

# `eval place(x, y, w, h)`: the next plot's frame, in centimetres from the page's upper left corner; down(y) and
# right(x) are the screen's coordinates of labels.
right(x) = x / page_width
down(y) = 1 - y / page_height
place(x, y, w, h) = sprintf("set lmargin at screen %f; set rmargin at screen %f; set tmargin at screen %f; set bmargin at screen %f", \
                            right(x), right(x + w), down(y), down(y + h))

# `eval write(text, x, y, side)`: small text at a place, side is left, right or center; `eval title(...)`: the same, bold.
write(text, x, y, side) = sprintf("set label \"%s\" at screen %f, %f %s font small_font noenhanced", text, right(x), down(y), side)
title(text, x, y, side) = sprintf("set label \"%s\" at screen %f, %f %s font bold(small) noenhanced", text, right(x), down(y), side)

# ---- lines, points and areas ----

# Okabe and Ito's colours. Each line type also has its own dashes and its own mark, so that it is told apart in grey.
black = "#000000"; blue = "#0072B2"; vermilion = "#D55E00"; green = "#009E73"
orange = "#E69F00"; sky = "#56B4E9"; purple = "#CC79A7"; grey = "#777777"
set linetype 1 linecolor rgb black     dashtype solid         linewidth 1.2 pointtype 7  pointsize 0.5
set linetype 2 linecolor rgb vermilion dashtype (8,3)         linewidth 1.2 pointtype 9  pointsize 0.6
set linetype 3 linecolor rgb blue      dashtype (2,2)         linewidth 1.2 pointtype 5  pointsize 0.5
set linetype 4 linecolor rgb green     dashtype (8,3,2,3)     linewidth 1.2 pointtype 13 pointsize 0.7
set linetype 5 linecolor rgb orange    dashtype (12,3)        linewidth 1.2 pointtype 6  pointsize 0.6
set linetype 6 linecolor rgb sky       dashtype (4,2)         linewidth 1.2 pointtype 4  pointsize 0.6
set linetype 7 linecolor rgb purple    dashtype (8,2,2,2,2,2) linewidth 1.2 pointtype 8  pointsize 0.7
set linetype 8 linecolor rgb grey      dashtype (1,2)         linewidth 1.2 pointtype 12 pointsize 0.8
set linetype cycle 8

# ---- axes ----

set border 3 linewidth 0.7
set tics nomirror scale 0.5 font small_font
set key samplen 2.5 spacing 1.1 font small_font noautotitle
set grid linetype 1 linecolor rgb "#DDDDDD" dashtype solid linewidth 0.5
set datafile separator "\t"
set datafile columnheaders
set datafile missing NaN

# ---- pictures and maps ----

# `eval bare`: no axes, for pictures and maps of `binary filetype=png`.
bare = "unset border; unset tics; unset key; unset grid; unset colorbox; unset xlabel; unset ylabel; unset title; unset label; set autoscale xfix; set autoscale yfix"

# Viridis at ten places: its lightness grows evenly, so that equal steps of a value look equal, also in grey.
set palette defined (0 "#440154", 1 "#482878", 2 "#3E4A89", 3 "#31688E", 4 "#26828E", \
                     5 "#1F9E89", 6 "#35B779", 7 "#6ECE58", 8 "#B5DE2B", 9 "#FDE725")

# `eval bar(x, y, w, h)`: the next map's plot draws its colours and cbtics there, placed as in place().
bar(x, y, w, h) = sprintf("set colorbox %s user origin screen %f, screen %f size screen %f, screen %f noborder", \
                          w > h ? "horizontal" : "vertical", right(x), down(y + h), w / page_width, h / page_height)
