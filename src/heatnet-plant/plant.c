/* plant.c - wiring of source, pipes and stations. */
#include "heatnet-plant/plant.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "heatnet-plant/chance.h"
#include "heatnet-plant/physics.h"

#define FLOW_RELAXATION 0.25
#define WATER_COLUMN_PA_M (WATER_KG_M3 * GRAVITY_M_S2)

enum { WEATHER_STEP_S = 30 };

static struct station *station_of(struct plant *plant, unsigned node_i)
{
    return &plant->stations[node_i - NODE_STATION_FIRST];
}

static void pipes_open(struct plant *plant)
{
    for (unsigned i = 1; i < NODES_N; i++) {
        const struct node *node = &plant->network.nodes[i];
        pipe_fill(&plant->supply[i], node->length_m, node->diameter_m, 84, 0);
        pipe_fill(&plant->back[i], node->length_m, node->diameter_m, 42, 0);
        plant->kg_s[i] = node->behind_kg_s * 0.7;
        plant->node_return_degc[i] = 42;
    }
    plant->node_return_degc[0] = 42;
}

err plant_open(uint64_t seed, int64_t utc_s, struct plant **plant)
{
    struct plant *p = memory_new(1, sizeof *p);
    if (!p) return ERR_MEMORY;

    p->seed = seed;
    p->utc_s = utc_s - PLANT_SPIN_UP_S;
    p->weather = weather_at(seed, p->utc_s);
    network_build(&p->network);
    source_open(&p->source, &p->network, chance_key(seed, 1), &p->weather);
    for (unsigned i = 0; i < STATIONS_N; i++) {
        station_open(&p->stations[i], &p->network, i, chance_key(seed, 100 + i),
                     &p->weather);
        p->stations[i].primary_kg_s = p->stations[i].design_primary_kg_s * 0.7;
    }
    pipes_open(p);
    for (int i = 0; i < PLANT_SPIN_UP_S; i++) plant_step(p);
    *plant = p;
    return ERR_OK;
}

void plant_close(struct plant *plant)
{
    memory_free(plant);
}

/* Flow in each pipe: the sum behind it. */
static void sum_flows(struct plant *plant)
{
    for (unsigned i = 0; i < NODES_N; i++)
        plant->kg_s[i] = i >= NODE_STATION_FIRST ? station_of(plant, i)->primary_kg_s : 0;
    for (unsigned i = NODES_N - 1; i > 0; i--)
        plant->kg_s[plant->network.nodes[i].parent] += plant->kg_s[i];
    plant->source.kg_s = plant->kg_s[NODE_SOURCE];
}

/* Pressures from the source outwards, then each station's flow a part of the way to what
 * its pressure difference would drive. */
static void hydraulics_step(struct plant *plant)
{
    const struct node *nodes = plant->network.nodes;
    double supply_pa[NODES_N], back_pa[NODES_N]; /* without the height of the water */

    supply_pa[0] = plant->source.supply_pa;
    back_pa[0] = plant->source.return_pa;
    for (unsigned i = 1; i < NODES_N; i++) {
        double loss_pa = pipe_friction_pa(&plant->supply[i], plant->kg_s[i]);
        supply_pa[i] = supply_pa[nodes[i].parent] - loss_pa;
        back_pa[i] = back_pa[nodes[i].parent] + loss_pa;
        if (i < NODE_STATION_FIRST) continue;

        struct station *station = station_of(plant, i);
        double height_pa =
            WATER_COLUMN_PA_M * (nodes[i].elevation_m - nodes[0].elevation_m);
        double want = station_primary_kg_s(station, supply_pa[i] - back_pa[i]);
        station->primary_kg_s += FLOW_RELAXATION * (want - station->primary_kg_s);
        if (station->primary_kg_s < 1e-4) station->primary_kg_s = 0;
        station->primary_supply_pa = supply_pa[i] - height_pa;
        station->primary_return_pa = back_pa[i] - height_pa;
    }
    sum_flows(plant);
}

static void supply_step(struct plant *plant)
{
    plant->node_supply_degc[0] = plant->source.supply_degc;
    for (unsigned i = 1; i < NODES_N; i++) {
        struct pipe_inflow in = {plant->kg_s[i],
                                 plant->node_supply_degc[plant->network.nodes[i].parent],
                                 plant->weather.ground_degc, (double)plant->running_s};
        pipe_step(&plant->supply[i], in);
        plant->node_supply_degc[i] = plant->supply[i].out_degc;
        if (i >= NODE_STATION_FIRST)
            station_of(plant, i)->primary_supply_degc = plant->supply[i].out_degc;
    }
}

/* From the ends to the source; the returns that meet at a node mix by their flows. */
static void return_step(struct plant *plant)
{
    double heat[NODES_N] = {0}; /* flow times temperature that arrives at the node */

    for (unsigned i = NODES_N - 1; i > 0; i--) {
        if (i >= NODE_STATION_FIRST)
            heat[i] += station_of(plant, i)->primary_kg_s *
                       station_of(plant, i)->primary_return_degc;
        if (plant->kg_s[i] <= 0) continue;
        plant->node_return_degc[i] = heat[i] / plant->kg_s[i];
        struct pipe_inflow in = {plant->kg_s[i], plant->node_return_degc[i],
                                 plant->weather.ground_degc, (double)plant->running_s};
        pipe_step(&plant->back[i], in);
        heat[plant->network.nodes[i].parent] += plant->kg_s[i] * plant->back[i].out_degc;
    }
    if (plant->kg_s[0] > 0) plant->node_return_degc[0] = heat[0] / plant->kg_s[0];
    plant->source.return_degc = plant->node_return_degc[0];
}

static void instrument_time(struct instrument *device, const struct plant *plant)
{
    device->utc_s = (double)plant->utc_s;
    device->running_s = (double)plant->running_s;
}

void plant_step(struct plant *plant)
{
    plant->utc_s++;
    plant->running_s++;
    if (plant->utc_s % WEATHER_STEP_S == 0)
        plant->weather = weather_at(plant->seed, plant->utc_s);

    hydraulics_step(plant);
    supply_step(plant);
    for (unsigned i = 0; i < STATIONS_N; i++) {
        instrument_time(&plant->stations[i].device, plant);
        station_step(&plant->stations[i], &plant->weather, plant->utc_s);
    }
    return_step(plant);
    instrument_time(&plant->source.device, plant);
    source_step(&plant->source, &plant->weather);

    struct station *turn = &plant->stations[plant->utc_s % HOME_STEP_S];
    for (unsigned i = 0; i < HOMES_N; i++) instrument_time(&turn->homes[i].device, plant);
    station_homes_step(turn, &plant->weather);
}

struct plant_books plant_books(const struct plant *plant)
{
    double ground = plant->weather.ground_degc, now_s = (double)plant->running_s;
    struct plant_books books = {
        .burner_j = plant->source.burner_j,
        .make_up_j = plant->source.make_up_loss_j,
        .stored_j = plant->source.boiler_j_k * plant->source.supply_degc,
    };
    for (unsigned i = 1; i < NODES_N; i++) {
        const struct plug_pipe *pipes[] = {&plant->supply[i], &plant->back[i]};
        for (unsigned k = 0; k < COUNT(pipes); k++) {
            struct pipe_heat heat = pipe_heat(pipes[k], ground, now_s);
            books.pipe_loss_j += heat.lost_j;
            books.stored_j += heat.stored_j;
        }
    }
    for (unsigned i = 0; i < STATIONS_N; i++)
        books.stations_j += plant->stations[i].heat_j;
    return books;
}
