/* board.h: named lists of values and services that modules share without knowing each other. */
#ifndef ABLATE_GRAPH_BOARD_H
#define ABLATE_GRAPH_BOARD_H
#include "graph.h"

enum { BOARD_NAMES = 64, BOARD_VALUES = 16 };

typedef struct board_entry {
    const char *name;
    ablate_value *value[BOARD_VALUES];
    int count;
    ablate_service *service;
    const ablate_module *owner; /* of the service, with its settings */
    const void *settings;
    int trail[BOARD_VALUES], service_trail; /* of each value and of the service, see builder.h */
} board_entry;

typedef struct board {
    board_entry entry[BOARD_NAMES];
    int entries;
} board;

board_entry *board_find(board *, const char *name);           /* NULL if absent */
board_entry *board_enter(board *, arena *, const char *name); /* finds or adds; NULL: complained */
board_entry *board_choose(board *, const char *names);        /* first of "a|b|c" that is there; NULL: none */

#endif
