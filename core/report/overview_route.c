#include "overview_route.h"
#include "../base/diag.h"
#include <string.h>

int route_row(const route *r, int box)
{
    return box < 0 ? 0 : box / r->columns;
}

int route_column(const route *r, int box)
{
    return box < 0 ? -1 : box % r->columns;
}

static route_track *find(route_track *list, int n, int net, int place)
{
    for (int i = 0; i < n; i++)
        if (list[i].net == net && list[i].place == place)
            return &list[i];
    return NULL;
}

const route_track *route_gap(const route *r, int net, int gap)
{
    return find((route_track *)r->gap, r->gaps, net, gap);
}

const route_track *route_channel(const route *r, int net, int channel)
{
    return find((route_track *)r->channel, r->channels, net, channel);
}

/* A net has one track in a place, as long as all its arrows need. */
static void pass(route_track *list, int *n, int net, int place, int from, int to)
{
    route_track *track = find(list, *n, net, place);
    int first = from < to ? from : to, last = from < to ? to : from;
    if (!track) {
        track = &list[(*n)++];
        *track = (route_track){ net, place, first, last, 0 };
    }
    track->first = first < track->first ? first : track->first;
    track->last = last > track->last ? last : track->last;
}

static bool is_direct(const route *r, int from, int to)
{
    return route_row(r, from) == route_row(r, to) && route_column(r, to) == route_column(r, from) + 1;
}

/* Within a row above it; to a later row through the channel above that one. */
static void take_way(const overview *o, route *r, route_edge *e)
{
    int from = o->net[e->net].from, start = 2 * route_row(r, from) + 1, end = 2 * route_row(r, e->to) + 1;
    e->direct = is_direct(r, from, e->to);
    if (e->direct)
        return;
    e->slot = r->ins[e->to]++;
    e->out = route_column(r, from) + 1;
    e->in = route_column(r, e->to);
    e->channel = e->out == e->in ? -1 : route_row(r, e->to);
    if (e->channel < 0) {
        pass(r->gap, &r->gaps, e->net, e->out, start, end);
        return;
    }
    pass(r->gap, &r->gaps, e->net, e->out, start, 2 * e->channel);
    pass(r->channel, &r->channels, e->net, e->channel, e->out, e->in);
    pass(r->gap, &r->gaps, e->net, e->in, 2 * e->channel, end);
}

/* Does another net of the list occupy this track of the same place there? */
static bool taken(const route_track *list, int n, const route_track *mine)
{
    for (int i = 0; i < n; i++)
        if (list[i].place == mine->place && list[i].track == mine->track && list[i].first <= mine->last &&
            mine->first <= list[i].last)
            return true;
    return false;
}

static void lay_tracks(route_track *list, int n, int *most)
{
    for (int i = 0; i < n; i++) {
        while (taken(list, i, &list[i]))
            list[i].track++;
        if (list[i].track >= most[list[i].place])
            most[list[i].place] = list[i].track + 1;
    }
}

/* Straight arrows leave above those that go far. */
static void give_slots(const overview *o, route *r)
{
    for (int far = 0; far < 2; far++)
        for (int i = 0; i < o->nets; i++) {
            const overview_net *net = &o->net[i];
            bool direct = false;
            for (int k = 0; k < net->readers; k++)
                direct = direct || is_direct(r, net->from, net->to[k]);
            if (net->readers > 0 && direct == (far == 0))
                r->slot[i] = r->outs[net->from + 1]++;
        }
}

int route_make(const overview *o, int columns, route *r)
{
    memset(r, 0, sizeof *r);
    r->columns = columns;
    r->rows = (o->boxes + columns - 1) / columns;
    give_slots(o, r);
    for (int i = 0; i < o->nets; i++)
        for (int k = 0; k < o->net[i].readers; k++) {
            if (r->edges == ROUTE_EDGES)
                return complain("more than %d arrows are too many to draw; shorten the line", (int)ROUTE_EDGES);
            route_edge *e = &r->edge[r->edges++];
            *e = (route_edge){ .net = i, .to = o->net[i].to[k] };
            take_way(o, r, e);
        }
    lay_tracks(r->gap, r->gaps, r->gap_tracks);
    lay_tracks(r->channel, r->channels, r->channel_tracks);
    return 0;
}
