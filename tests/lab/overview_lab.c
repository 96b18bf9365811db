#include "overview_lab.h"

#include "../../core/base/random.h"
#include "../../core/data/session.h"
#include "../../core/experiment/experiment.h"
#include "../../core/report/overview_text.h"

static session lab_session;

overview lab_overview;

static place lab_place;

int lab_begin(void **state)
{
    (void)state;
    return session_open(&lab_session, "cpu", 1, NULL, NULL);
}

int lab_end(void **state)
{
    (void)state;
    session_close(&lab_session);
    return 0;
}

int lab_look(const char *line)
{
    char set[300];
    snprintf(set, sizeof set, "run.model=%s", line);
    const char *const sets[] = { set };
    const experiment_options options = { .scale = "mini", .set = sets, .sets = 1 };
    experiment *e = experiment_load("tests/inputs/small.ini", &options);
    assert_non_null(e);
    const experiment_row *row = &e->rows[0];
    const dataset *data = session_data(&lab_session, row->run.data, &row->settings);
    assert_non_null(data);
    model m = { 0 };
    const model_request made_of = experiment_row_model(row, &row->run, data->module, NULL);
    int status = model_open(&m, &made_of);
    if (status == 0)
        status = overview_open(&lab_overview, &m, data, "lab");
    model_close(&m);
    experiment_free(e);
    return status;
}

/* ---- overviews that never were ---- */

typedef struct lab_dice {
    uint64_t key;
    uint64_t thrown;
} lab_dice;

static int lab_throw(lab_dice *d, int sides)
{
    return (int)(random_draw(d->key, d->thrown++, 0).word[0] % (uint32_t)sides);
}

static const char *lab_words(lab_dice *d, int most)
{
    char text[40];
    int n = 1 + lab_throw(d, most);
    for (int i = 0; i < n; i++)
        text[i] = i % 7 == 6 ? ' ' : (char)('a' + lab_throw(d, 26));
    text[n] = 0;
    return arena_text(lab_overview.memory, text);
}

void lab_invent(uint64_t seed)
{
    lab_dice d = { random_key(seed, "overview"), 0 };
    overview *o = &lab_overview;
    *o = (overview){ .memory = arena_new(), .caption = "invented" };
    o->boxes = 1 + lab_throw(&d, 20);
    for (int i = 0; i < o->boxes; i++) {
        overview_box *b = &o->box[i];
        *b = (overview_box){ .kind = (overview_kind)lab_throw(&d, 3), .title = lab_words(&d, 9) };
        b->layers = lab_throw(&d, 5);
        b->lines = lab_throw(&d, OVERVIEW_LINES + 1);
        for (int k = 0; k < b->lines; k++)
            b->line[k] = lab_words(&d, 24);
    }
    for (int n = lab_throw(&d, 2 * o->boxes + 1); o->nets < n;) {
        overview_net *net = &o->net[o->nets++];
        *net = (overview_net){ .from = lab_throw(&d, o->boxes) - 1 };
        net->name = lab_words(&d, 16);
        net->shape = lab_words(&d, 20);
        for (int to = net->from + 1; to < o->boxes; to++)
            if (lab_throw(&d, 4) == 0)
                net->to[net->readers++] = to;
    }
    for (int n = lab_throw(&d, 2 * o->boxes + 1); o->chips < n;)
        o->chip[o->chips++] = (overview_chip){ lab_throw(&d, o->boxes), (overview_end)lab_throw(&d, 3),
                                               lab_words(&d, 16), lab_words(&d, 20) };
}

/* ---- what must hold ---- */

static bool lab_apart(place_rect a, place_rect b)
{
    return a.x1 <= b.x0 || b.x1 <= a.x0 || a.y1 <= b.y0 || b.y1 <= a.y0;
}

static place_rect lab_span(place_point a, place_point b)
{
    return (place_rect){ a.x < b.x ? a.x : b.x, a.y < b.y ? a.y : b.y, a.x < b.x ? b.x : a.x, a.y < b.y ? b.y : a.y };
}

static int lab_solids(place_rect *solid)
{
    int n = 0;
    for (int i = 0; i < lab_overview.boxes; i++)
        solid[n++] = lab_place.box[i];
    for (int i = 0; i < lab_overview.chips; i++)
        solid[n++] = lab_place.chip[i];
    return n;
}

static void lab_check_solids(void)
{
    place_rect solid[OVERVIEW_BOXES + OVERVIEW_CHIPS];
    int n = lab_solids(solid);
    for (int i = 0; i < n; i++) {
        assert_true(solid[i].x0 >= 0 && solid[i].y0 >= 0 && solid[i].x1 > solid[i].x0 && solid[i].y1 > solid[i].y0);
        assert_true(solid[i].x1 <= lab_place.width && solid[i].y1 <= lab_place.height);
        for (int j = 0; j < i; j++)
            if (!lab_apart(solid[i], solid[j]))
                fail_msg("%d and %d of %d overlap", i, j, n);
    }
}

/* A line touches a box at its end at most: no piece of it has points inside of any. */
static void lab_check_wire(int edge, const place_rect *solid, int solids)
{
    const place_wire *w = &lab_place.wire[edge];
    const route_edge *e = &lab_place.route.edge[edge];
    int from = lab_overview.net[e->net].from;
    place_point start = w->point[0], end = w->point[w->points - 1];
    const place_rect *to = &lab_place.box[e->to];
    assert_true(end.x == to->x0 && end.y > to->y0 && end.y < to->y1);
    if (from >= 0)
        assert_true(start.x == lab_place.box[from].x1 && start.y > lab_place.box[from].y0 &&
                    start.y < lab_place.box[from].y1);
    for (int k = 0; k + 1 < w->points; k++) {
        assert_true(w->point[k].x == w->point[k + 1].x || w->point[k].y == w->point[k + 1].y);
        place_rect piece = lab_span(w->point[k], w->point[k + 1]);
        assert_true(piece.x0 >= 0 && piece.x1 <= lab_place.width && piece.y0 >= 0 && piece.y1 <= lab_place.height);
        for (int i = 0; i < solids; i++)
            if (!lab_apart(piece, solid[i]))
                fail_msg("piece %d of the arrow to box %d passes through %d", k, e->to, i);
    }
    assert_true(w->point[w->points - 2].x < end.x); /* it arrives from the left */
}

/* Lines of different nets may cross, but never run on each other. */
static void lab_check_pair(int a, int b)
{
    if (lab_place.route.edge[a].net == lab_place.route.edge[b].net)
        return;
    for (int i = 0; i + 1 < lab_place.wire[a].points; i++)
        for (int j = 0; j + 1 < lab_place.wire[b].points; j++) {
            place_rect p = lab_span(lab_place.wire[a].point[i], lab_place.wire[a].point[i + 1]);
            place_rect q = lab_span(lab_place.wire[b].point[j], lab_place.wire[b].point[j + 1]);
            bool level = p.y0 == p.y1 && q.y0 == q.y1 && p.y0 == q.y0 && p.x0 < q.x1 && q.x0 < p.x1;
            bool upright = p.x0 == p.x1 && q.x0 == q.x1 && p.x0 == q.x0 && p.y0 < q.y1 && q.y0 < p.y1;
            if (level || upright)
                fail_msg("arrows %d and %d lie on each other", a, b);
        }
}

static place_rect lab_label_rect(const place_label *l)
{
    double width = overview_text_width(l->text, PLACE_TEXT), left = l->left ? l->at.x : l->at.x - width / 2;
    return (place_rect){ left, l->at.y - PLACE_TEXT / 2, left + width, l->at.y + PLACE_TEXT / 2 };
}

/* What a net is called where it leaves its box: no arrow runs down through that. */
static void lab_check_crossed(place_rect r, const char *text)
{
    for (int i = 0; i < lab_place.route.edges; i++)
        for (int k = 0; k + 1 < lab_place.wire[i].points; k++) {
            place_rect piece = lab_span(lab_place.wire[i].point[k], lab_place.wire[i].point[k + 1]);
            if (piece.x0 == piece.x1 && !lab_apart(piece, r))
                fail_msg("arrow %d crosses '%s'", i, text);
        }
}

static void lab_check_labels(const place_rect *solid, int solids)
{
    for (int i = 0; i < lab_place.labels; i++) {
        place_rect r = lab_label_rect(&lab_place.label[i]);
        for (int k = 0; k < solids; k++)
            if (!lab_apart(r, solid[k]))
                fail_msg("'%s' lies on %d", lab_place.label[i].text, k);
        if (lab_place.label[i].left)
            lab_check_crossed(r, lab_place.label[i].text);
        for (int k = 0; k < i; k++)
            if (!lab_apart(r, lab_label_rect(&lab_place.label[k])))
                fail_msg("'%s' lies on '%s'", lab_place.label[i].text, lab_place.label[k].text);
    }
}

static void lab_check_text(void)
{
    for (int i = 0; i < lab_overview.boxes; i++) {
        const overview_box *b = &lab_overview.box[i];
        place_rect r = lab_place.box[i];
        double wide = r.x1 - r.x0 - lab_place.card[i], high = r.y1 - r.y0 - lab_place.card[i];
        assert_true(overview_bold_width(b->title, PLACE_TITLE) < wide);
        for (int k = 0; k < b->lines; k++)
            assert_true(overview_text_width(b->line[k], PLACE_TEXT) < wide);
        assert_true(PLACE_TITLE + b->lines * PLACE_LINE + 2 * place_slant(b) < high);
    }
    for (int i = 0; i < lab_overview.chips; i++) {
        double wide = lab_place.chip[i].x1 - lab_place.chip[i].x0;
        assert_true(overview_text_width(lab_overview.chip[i].name, PLACE_TEXT) < wide);
        assert_true(overview_text_width(lab_overview.chip[i].detail, PLACE_TEXT) < wide);
    }
}

void lab_check(double page)
{
    place_rect solid[OVERVIEW_BOXES + OVERVIEW_CHIPS];
    assert_int_equal(place_make(&lab_overview, page, &lab_place), 0);
    int solids = lab_solids(solid), readers = 0;
    for (int i = 0; i < lab_overview.nets; i++)
        readers += lab_overview.net[i].readers;
    assert_int_equal(lab_place.route.edges, readers);
    assert_true(lab_place.width <= page || lab_place.route.columns == 1);
    lab_check_solids();
    for (int i = 0; i < lab_place.route.edges; i++) {
        lab_check_wire(i, solid, solids);
        for (int k = 0; k < i; k++)
            lab_check_pair(i, k);
    }
    lab_check_labels(solid, solids);
    lab_check_text();
}
