/* pipe.c - plug flow in a ring of cells of equal mass. */
#include "heatnet-plant/pipe.h"

#include "base/ensure.h"
#include "heatnet-plant/physics.h"

#include <math.h>

#define PI 3.14159265358979323846
#define FRICTION_FACTOR 0.021 /* roughness 0.5 mm, DN 150..400 */
#define FITTINGS_SHARE 0.3    /* bends and valves, as a share of straight pipe */

enum { RING_N = PIPE_CELLS_N + 1 };

/* Heat loss coefficient of a preinsulated pipe, W per m and K; grows slowly with size. */
static double loss_w_mk(double diameter_m)
{
    return 0.22 + 0.55 * diameter_m;
}

void pipe_fill(struct plug_pipe *pipe, double length_m, double diameter_m, double degc,
               double now_s)
{
    ensure(length_m > 0 && diameter_m > 0);
    double area_m2 = PI / 4 * diameter_m * diameter_m;
    double mass_kg = WATER_KG_M3 * area_m2 * length_m;
    double resistance = FRICTION_FACTOR * length_m * (1 + FITTINGS_SHARE) / diameter_m;

    *pipe = (struct plug_pipe){
        .cell_kg = mass_kg / PIPE_CELLS_N,
        .tau_s = mass_kg * WATER_J_KGK / (loss_w_mk(diameter_m) * length_m),
        .friction = resistance / (2 * WATER_KG_M3 * area_m2 * area_m2),
        .out_degc = degc,
    };
    for (unsigned i = 0; i < RING_N; i++)
        pipe->cells[i] = (struct pipe_cell){degc, now_s};
}

static double cooled(const struct plug_pipe *pipe, const struct pipe_cell *cell,
                     double ground_degc, double now_s)
{
    double age = (now_s - cell->entry_s) / pipe->tau_s;
    double left = age < 0.05 ? 1 - age + age * age / 2 - age * age * age / 6 : exp(-age);
    return ground_degc + (cell->degc - ground_degc) * left;
}

void pipe_step(struct plug_pipe *pipe, struct pipe_inflow in)
{
    ensure(in.kg >= 0);
    if (in.kg <= 0) return;

    double left = in.kg / pipe->cell_kg; /* in cells */
    double out_j = 0, loss_j = 0;
    while (left > 0) {
        unsigned last = (pipe->first + PIPE_CELLS_N) % RING_N;
        struct pipe_cell *head = &pipe->cells[pipe->first];
        double part = fmin(left, 1 - pipe->fill);
        double out_degc = cooled(pipe, &pipe->cells[last], in.ground_degc, in.now_s);
        double sum = pipe->fill + part;

        out_j += part * out_degc;
        loss_j += part * (pipe->cells[last].degc - out_degc);
        head->degc = (head->degc * pipe->fill + in.degc * part) / sum;
        head->entry_s = (head->entry_s * pipe->fill + in.now_s * part) / sum;
        pipe->fill = sum;
        left -= part;
        if (pipe->fill < 1 - 1e-12) continue;
        pipe->fill = 0;
        pipe->first = last; /* the emptied cell becomes the next to be filled */
        pipe->cells[last] = (struct pipe_cell){in.degc, in.now_s};
    }
    double heat_j_k = pipe->cell_kg * WATER_J_KGK;
    pipe->out_degc = out_j * pipe->cell_kg / in.kg;
    pipe->loss_j += loss_j * heat_j_k;
}

struct pipe_heat pipe_heat(const struct plug_pipe *pipe, double ground_degc, double now_s)
{
    double heat_j_k = pipe->cell_kg * WATER_J_KGK;
    struct pipe_heat heat = {.lost_j = pipe->loss_j};

    for (unsigned i = 0; i < RING_N; i++) {
        const struct pipe_cell *cell = &pipe->cells[(pipe->first + i) % RING_N];
        double share = i == 0 ? pipe->fill : i == PIPE_CELLS_N ? 1 - pipe->fill : 1;
        double degc = cooled(pipe, cell, ground_degc, now_s);
        heat.stored_j += share * heat_j_k * degc;
        heat.lost_j += share * heat_j_k * (cell->degc - degc);
    }
    return heat;
}

double pipe_friction_pa(const struct plug_pipe *pipe, double flow_kg_s)
{
    return pipe->friction * flow_kg_s * fabs(flow_kg_s);
}
