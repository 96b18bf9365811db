/* board.h: circuit boards. A layout lists the pieces that are soldered on and the traces between them; a board is a
 * layout as one specimen has it, with its small differences and its flaw. */
#ifndef MINIVISA_BOARD_H
#define MINIVISA_BOARD_H
#include "minivisa.h"

/* Parts of surfaces (class.h); what is where it does not belong has MOVED added, so that all of it is in the mask. */
enum { GROUND, LAMINATE, METAL, BODY, INK, MOVED = 8 };

typedef enum piece_kind {
    CHIP2,      /* integrated circuit, `pins` on the left and on the right each */
    CHIP4,      /* the same on four sides */
    PASSIVE,    /* resistor or capacitor with tinned ends left and right */
    CAN,        /* electrolytic capacitor from above */
    LAMP,       /* light-emitting diode: a dome on two leads that come from the right */
    CHIP_LAMP,  /* the same as a small block */
    PINS,       /* `pins` in a row, bent away downwards, `half.y` beyond their plastic */
    HOLES,      /* `pins` plated holes in a row */
    TRIMMER,    /* potentiometer with a cross-headed screw */
    CRYSTAL,    /* in a metal case */
    TRANSDUCER, /* for ultrasound: a can with a mesh */
    MICROPHONE, /* a can with felt */
    SOCKET,     /* for a plug from the left */
    TERMINAL,   /* `pins` screws */
    MOUNT,      /* hole for a screw */
    LETTERS,    /* printed */
    SOLDER,     /* a ball of it */
    PIECE_KINDS
} piece_kind;

typedef struct piece {
    piece_kind kind;
    point at, half; /* middle and half size, before it is turned */
    float turn;     /* radians */
    int pins;
    uint32_t tint;     /* 0: as its kind has it */
    const char *label; /* or NULL */
    /* As a specimen has it: */
    bool lost;                 /* only its pads are left */
    bool moved;                /* lies elsewhere than it should */
    point melted_at;           /* its own place that has melted */
    float melted_over, melted; /* how far around, how badly; 0: sound */
    int bent;                  /* which pin */
    float bend;                /* how far its end is aside */
    float level;               /* brightness */
    uint32_t salt;
} piece;

typedef struct trace { /* copper from here to there: first diagonal, then straight */
    point from, to;
    float width; /* half; 0: as usual */
} trace;

typedef enum fault { PAINTED, BENT, MELTED, MISSING, WRONG_PLACE, EXTRA } fault;

typedef struct layout {
    point half;
    uint32_t resist, ground; /* colours of the solder resist and of what the board lies on */
    const piece *pieces;
    int piece_count;
    const trace *traces;
    int trace_count;
    const fault *faults; /* what each kind of flaw does to the board, in the order of the class's table */
} layout;

enum { MOST_PIECES = 48, MOST_TRACES = 40 };
typedef struct board {
    const layout *plan;
    uint32_t salt;
    colour resist, ground;
    int count;
    piece pieces[MOST_PIECES];
    point elbow[MOST_TRACES]; /* of each trace */
} board;
_Static_assert(sizeof(board) <= MODEL_BYTES, "a board fits where a scene keeps its model");

void board_prepare(board *, const layout *, stream *, flaw *);
void board_pixel(const board *, spot, surface *);

/* board_piece.c: lays one piece on what `s` shows. */
void piece_lay(const board *, const piece *, spot, surface *s);

/* Half size of the square around its middle that a piece can reach. */
float piece_reach(const piece *);

#endif
