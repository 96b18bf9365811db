#include "report_text.h"
#include "../base/diag.h"
#include "../base/name.h"
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 110 };

typedef struct escape { /* what stands for a text */
    const char *text, *form;
} escape;

static const escape markdown[] = {
    { "|", "\\|" },   { "*", "\\*" }, { "_", "\\_" }, { "<", "\\<" }, { ">", "\\>" }, { "`", "\\`" },
    { "\\", "\\\\" }, { "[", "\\[" }, { "]", "\\]" }, { "&", "\\&" }, { "~", "\\~" }, { NULL, NULL },
};

static const escape tex[] = {
    { "±", "$\\pm$" },
    { "Δ", "$\\Delta$" },
    { "−", "$-$" },
    { "×", "$\\times$" },
    { "✓", "\\checkmark" },
    { "▾", "$\\triangledown$" },
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
    { NULL, NULL },
};

static const escape html[] = {
    { "<", "&lt;" }, { ">", "&gt;" }, { "&", "&amp;" }, { "\"", "&quot;" }, { NULL, NULL },
};

static void print_escaped(const char *text, const escape *escapes, FILE *out)
{
    for (size_t i, length; *text; text += length) {
        for (i = 0; escapes[i].text && strncmp(text, escapes[i].text, strlen(escapes[i].text)) != 0;)
            i++;
        length = escapes[i].text ? strlen(escapes[i].text) : 1;
        fputs(escapes[i].text ? escapes[i].form : (char[]){ *text, 0 }, out);
    }
}

/* But for the characters `kept`. */
static void print_shown(const char *text, const escape *escapes, const char *kept, FILE *out)
{
    char one[NAME_ESCAPE];
    while (text && *text) {
        if (strchr(kept, *text))
            fputc(*text++, out);
        else {
            text += name_next(text, one);
            print_escaped(one, escapes, out);
        }
    }
}

void report_text_markdown(const char *text, FILE *out)
{
    print_shown(text, markdown, "", out);
}

void report_text_tex(const char *text, FILE *out)
{
    print_shown(text, tex, "", out);
}

void report_text_html(const char *text, FILE *out)
{
    print_shown(text, html, "\n\t", out);
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

/* One line, as report_text_lines gives it. */
static void print_wrapped(const char *line, FILE *out)
{
    for (int column = 0; *line;) {
        char word[512];
        snprintf(word, sizeof word, "%.*s", (int)strcspn(line, " "), line);
        int width = name_columns(word);
        const char *gap = column == 0 ? "" : column + 1 + width > WIDTH ? "\n  " : " ";
        fprintf(out, "%s", gap);
        name_show(word, out);
        column = (*gap == '\n' ? 2 : column + (*gap == ' ')) + width;
        line += strlen(word);
        line += strspn(line, " ");
    }
}

void report_text_wrapped(const char *lines, FILE *out)
{
    report_text_lines(lines, "", "\n", print_wrapped, out);
}
