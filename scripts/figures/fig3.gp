# fig3.gp: pictures, masks and score maps side by side, three classes to a line (ablate gallery).
pictures = file("fig3/pictures.tsv")
runs = file("fig3/runs.tsv")
stats pictures using 0 nooutput
count = int(STATS_records)
stats runs using 0 nooutput
maps = int(STATS_records)
array what[count]
array row[maps]
stats pictures using (what[int($0) + 1] = strcol("class").": ".strcol("state"), 0) nooutput
array model[maps]
stats runs using (row[int($0) + 1] = strcol("row"), model[int($0) + 1] = strcol("model"), 0) nooutput
stats runs using (about = "Data: ".strcol("data")."; scale ".strcol("scale")."; seed ".strcol("seed").".", which = strcol("rule"), 0) nooutput

across = count < 3 ? count : 3
lines = (count + across - 1) / across
gap = 0.4
inner = 0.06
head = 0.4
foot = 0.9 + 0.35 * (maps < 2 ? 2 : maps)
top = 0.5
block = (17.8 - 0.2 - 2 * gap) / 3
tile = (block - (1 + maps) * inner) / (2 + maps)
line = head + tile + 0.1

eval page(17.8, top + lines * line + foot)
set multiplot
eval bare
tile_x(i, k) = 0.1 + ((i - 1) % across) * (block + gap) + k * (tile + inner)
tile_y(i) = top + ((i - 1) / across) * line + head
name(i, part) = file(sprintf("fig3/%d-%s.png", i, part))
name_of(row) = strlen(row) > 4 ? row : "row ".row
title_of(k) = k == 0 ? "picture" : k == 1 ? "mask" : name_of(row[k - 1])

# ---- below: what the choice and the colours are ----

foot_y = top + lines * line
note(k) = sprintf("set label \"%s\" at screen right(0.1), down(foot_y + %g) left font small_font noenhanced", \
                  k == 0 ? "Of each class: the defective test picture whose image score in row ".row[maps]." is the ".which."." : \
                  k == 1 ? about : "Row ".row[k - 1].": ".model[k - 1], 0.35 + 0.35 * k)
do for [k = 0:(1 + maps)] { eval note(k) }
set label "anomaly score of a pixel: the ends are its 0.5 % and 99.5 %" at screen right(page_width - 0.1), down(foot_y + 1.05) right font small_font
set label "quantiles in this row, over all test pictures of the class" at screen right(page_width - 0.1), down(foot_y + 1.4) right font small_font
set label "low" at screen right(page_width - 4.75), down(foot_y + 0.52) right font small_font
set label "high" at screen right(page_width - 0.85), down(foot_y + 0.52) left font small_font

# ---- the pictures ----

set cbrange [0:255]
do for [i = 1:count] {
    do for [k = 0:(1 + maps)] {
        if (i <= across) { set label title_of(k) at screen right(tile_x(i, k) + tile / 2), down(0.25) center font bold(small) noenhanced }
        if (k == 0) { set label what[i] at screen right(tile_x(i, 0)), down(tile_y(i) - 0.2) left font small_font noenhanced }
        if (i == count && k == 1 + maps) { eval bar(page_width - 4.6, foot_y + 0.37, 3.65, 0.26) }
        eval place(tile_x(i, k), tile_y(i), tile, tile)
        if (k < 2) {
            plot name(i, k == 0 ? "picture" : "mask") binary filetype=png with rgbimage
        } else {
            plot name(i, sprintf("map-%d", k - 1)) binary filetype=png using 1 with image
        }
        unset label
    }
}
unset multiplot
