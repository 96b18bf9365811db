#include "report_text.h"
#include "../base/diag.h"
#include "../base/name.h"
#include <stdlib.h>
#include <string.h>

void report_text_plain(const char *text, FILE *out)
{
    name_show(text, out);
}

void report_text_markdown(const char *text, FILE *out)
{
    char one[NAME_ESCAPE];
    while (*text) {
        text += name_next(text, one);
        for (const char *c = one; *c; c++) {
            if (strchr("|*_<>`\\[]&~", *c))
                fputc('\\', out);
            fputc(*c, out);
        }
    }
}

/* One character of UTF-8 beyond ASCII that captions use, as TeX; the rest passes. */
void report_text_tex(const char *text, FILE *out)
{
    static const char *const pairs[][2] = {
        { "±", "$\\pm$" },
        { "Δ", "$\\Delta$" },
        { "−", "$-$" },
        { "×", "$\\times$" },
        { "✓", "\\checkmark" },
        { "\\", "\\textbackslash{}" },
        { "~", "\\textasciitilde{}" },
        { "^", "\\textasciicircum{}" },
        { "_", "\\_" },
        { "&", "\\&" },
        { "%", "\\%" },
        { "#", "\\#" },
        { "$", "\\$" },
        { "{", "\\{" },
        { "}", "\\}" },
        { "<", "$<$" },
        { ">", "$>$" },
        { "|", "$|$" },
    };
    char one[NAME_ESCAPE];
    while (*text) {
        text += name_next(text, one);
        for (const char *c = one; *c;) {
            size_t i = 0, n = sizeof pairs / sizeof *pairs;
            while (i < n && strncmp(c, pairs[i][0], strlen(pairs[i][0])) != 0)
                i++;
            fputs(i < n ? pairs[i][1] : (char[]){ *c, 0 }, out);
            c += i < n ? strlen(pairs[i][0]) : 1;
        }
    }
}

void report_text_lines(const char *lines, const char *before, const char *after, void (*print)(const char *, FILE *),
                       FILE *out)
{
    while (*lines) {
        int length = (int)strcspn(lines, "\n");
        char *line = take_text("%.*s", length, lines);
        fputs(before, out);
        if (line)
            print(line, out);
        fputs(after, out);
        free(line);
        lines += length + (lines[length] == '\n');
    }
}

int report_text_width(const char *text)
{
    return name_columns(text);
}

void report_text_padded(const char *text, int width, FILE *out)
{
    name_pad(text, width, out);
    fputc(' ', out);
}

/* Breaks a line at blanks. */
static void print_wrapped(const char *line, size_t length, FILE *out)
{
    int column = 0;
    while (length > 0) {
        size_t word = strcspn(line, " \n");
        word = word < length ? word : length;
        char copy[512];
        word = word < sizeof copy ? word : sizeof copy - 1;
        snprintf(copy, sizeof copy, "%.*s", (int)word, line);
        int width = report_text_width(copy);
        if (column > 0 && column + 1 + width > REPORT_WIDTH) {
            fprintf(out, "\n  ");
            column = 2;
        } else if (column > 0) {
            fputc(' ', out);
            column++;
        }
        name_show(copy, out);
        column += width;
        line += word;
        length -= word;
        while (length > 0 && *line == ' ') {
            line++;
            length--;
        }
    }
    fputc('\n', out);
}

void report_text_wrapped(const char *lines, FILE *out)
{
    while (*lines) {
        size_t length = strcspn(lines, "\n");
        print_wrapped(lines, length, out);
        lines += length + (lines[length] == '\n');
    }
}
