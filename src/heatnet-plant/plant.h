/* plant.h - the whole simulated heat network: one struct, one step.
 *
 * Plant time runs on a grid of whole seconds UTC; the same seed, start and operations
 * give the same states bit for bit, however fast the steps are made.
 *
 * Hydraulics: the tree is solved by one relaxed fixed-point sweep a second (flows from
 * pressure differences, pressure differences from the flows before), which stands for the
 * inertia of the water and keeps mass exactly: a pipe's flow is the sum of the stations
 * behind it. */
#ifndef HEATNET_PLANT_PLANT_H
#define HEATNET_PLANT_PLANT_H

#include "heatnet-plant/network.h"
#include "heatnet-plant/pipe.h"
#include "heatnet-plant/source.h"
#include "heatnet-plant/station.h"
#include "heatnet-plant/weather.h"

#include "base/err.h"

#include <stdint.h>

enum { PLANT_SPIN_UP_S = 24 * 3600 };

struct plant {
    uint64_t seed;
    int64_t utc_s;     /* now */
    int64_t running_s; /* since birth, spin-up included */
    struct network network;
    struct weather weather;
    struct source source;
    struct station stations[STATIONS_N];
    /* the pipes that lead to node i, and the flow in them; [0] is not used */
    struct plug_pipe supply[NODES_N], back[NODES_N];
    double kg_s[NODES_N];
    double node_supply_degc[NODES_N], node_return_degc[NODES_N];
};

/* A plant at `utc_s` that has been running for PLANT_SPIN_UP_S.  ERR_MEMORY. */
MUST_USE err plant_open(uint64_t seed, int64_t utc_s, struct plant **plant);
void plant_close(struct plant *plant); /* NULL is allowed */

/* One second. */
void plant_step(struct plant *plant);

/* Books of the primary side, J since birth. */
struct plant_books {
    double burner_j, make_up_j, stations_j, pipe_loss_j, stored_j;
};

struct plant_books plant_books(const struct plant *plant);

#endif
