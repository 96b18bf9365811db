#include "experiment_claim.h"
#include "../base/words.h"
#include "chain.h"
#include "experiment_row.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct claim_text {
    const char *says, *rows, *metrics;
} claim_text;
static const ablate_setting claim_rows[] = {
    ABLATE_WORDS(claim_text, says, "", "what is said, in the source's words"),
    ABLATE_WORDS(claim_text, rows, "", "the row it begins with, and the one that is said to be better"),
    ABLATE_WORDS(claim_text, metrics, "",
                 "columns of which it is said; none: all that both rows have printed values of"),
    { 0 },
};

bool experiment_is_claim(const char *section)
{
    return strcmp(section, "claim") == 0 || chain_section_rest(section, "claim");
}

/* The entry to blame for a key of the section: its own, else the section's line. */
static const settings_entry *entry_of(const experiment *e, const char *section, const char *key)
{
    const settings_entry *own = settings_find(&e->whole, section, key);
    return own ? own : settings_first(&e->whole, section);
}

static int rows_read(const experiment *e, const char *section, const char *names, experiment_claim *claim)
{
    const settings_entry *entry = entry_of(e, section, "rows");
    char *name = NULL;
    int n = 0, status = 1;
    for (; status > 0 && (status = words_next(&names, &name)) > 0; n++) {
        int row = n < 2 ? experiment_row_named(e, name, entry) : 0;
        free(name);
        if (row < 0)
            return -1;
        if (n < 2)
            claim->row[n] = row;
    }
    if (status < 0 || n != 2 || claim->row[0] == claim->row[1])
        return settings_complain(entry, "'rows' of [%s] must name two rows, the one that is said to be better second",
                                 section);
    return 0;
}

static bool both_print(const experiment *e, const experiment_claim *claim, int c)
{
    return !isnan(e->rows[claim->row[0]].paper[c].percent) && !isnan(e->rows[claim->row[1]].paper[c].percent);
}

/* The place of a column among the report's; -1: it is none of them. */
static int place_of(const experiment *e, int column)
{
    for (int c = 0; column >= 0 && c < e->columns; c++)
        if (e->column[c] == column)
            return c;
    return -1;
}

static int metrics_read(const experiment *e, const char *section, const char *names, experiment_claim *claim)
{
    const settings_entry *entry = entry_of(e, section, "metrics");
    const char *rest = names, *name;
    size_t length;
    int n = 0;
    while ((name = word_next(&rest, " ", &length))) {
        int c = place_of(e, experiment_column_find(name, length));
        if (c < 0 || !both_print(e, claim, c))
            return settings_complain(entry,
                                     "'metrics' of [%s] names '%.*s', which is no column of which both rows have "
                                     "a printed value; delete it, or give them one",
                                     section, (int)length, name);
        if (claim->of[c])
            return settings_complain(entry, "'metrics' of [%s] names '%.*s' twice; delete one", section, (int)length,
                                     name);
        claim->of[c] = true;
    }
    for (int c = 0; c < e->columns; c++) {
        claim->of[c] |= !*names && both_print(e, claim, c);
        n += claim->of[c];
    }
    return n > 0 ? 0 : settings_complain(entry, "the rows of [%s] have no printed value of one column", section);
}

/* Into the next of e->claims, which has room for it. */
static int section_read(experiment *e, const char *section, const char *name)
{
    experiment_claim *claim = &e->claims[e->claim_count++];
    claim_text text = { 0 };
    *claim = (experiment_claim){ .name = name };
    if (settings_fill(&e->whole, section, claim_rows, &text) < 0)
        return -1;
    claim->says = text.says;
    return rows_read(e, section, text.rows, claim) < 0 ? -1 : metrics_read(e, section, text.metrics, claim);
}

int experiment_claims_read(experiment *e)
{
    const settings *whole = &e->whole;
    size_t sections = 0;
    for (int i = 0; i < whole->count; i++)
        sections += experiment_is_claim(whole->entry[i].section) && settings_begins(whole, i);
    e->claims = arena_take(whole->memory, sections * sizeof *e->claims);
    if (!e->claims)
        return -1;
    for (int i = 0; i < whole->count; i++) {
        const settings_entry *first = &whole->entry[i];
        const char *name = chain_section_rest(first->section, "claim");
        if (!experiment_is_claim(first->section) || !settings_begins(whole, i))
            continue;
        if (!name)
            return settings_complain(first, "a claim needs a name; write [claim NAME]");
        if (section_read(e, first->section, name) < 0)
            return -1;
    }
    return 0;
}
