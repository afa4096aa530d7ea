/* network.h - what the plant is made of: the one table of sites, streets and houses from
 * which both the physics and the printed catalog are built.
 *
 * A tree: node 0 is the heat source, nodes 1..2 the heads of the branches, nodes 3..26
 * the stations; `parent` is always a smaller number, and each node but the first has the
 * pair of pipes (supply and return) that leads to it.  Pipes run along streets, so their
 * length is |dx| + |dy| of the plan; their size follows from the design flow behind them.
 */
#ifndef HEATNET_PLANT_NETWORK_H
#define HEATNET_PLANT_NETWORK_H

#include <stddef.h>

enum {
    BRANCHES_N = 2,
    STATIONS_N = 24,
    NODES_N = 1 + BRANCHES_N + STATIONS_N,
    NODE_SOURCE = 0,
    NODE_STATION_FIRST = 1 + BRANCHES_N,
    HOMES_N = 25, /* metered households of a station */
    CODE_BYTES = 24,
    NAME_BYTES = 80
};

/* Design: what sizes were chosen for (GB 50736 and CJJ 34 practice). */
#define DESIGN_OUTDOOR_DEGC (-12.0)
#define DESIGN_INDOOR_DEGC 20.0
#define DESIGN_PRIMARY_K 50.0   /* 95 / 45 degC */
#define DESIGN_SECONDARY_K 10.0 /* 50 / 40 degC */

struct node {
    char code[CODE_BYTES];
    const char *name, *name_en;
    unsigned parent; /* node; the source's is itself */
    double x_m, y_m, elevation_m;
    double area_m2;    /* heated by the station; source and branch: by all behind it */
    double loss_w_m2k; /* of the buildings, per heated area */
    double design_w;   /* of the station */
    double behind_w, behind_kg_s; /* design of all that its pipes feed */
    double length_m, diameter_m;  /* of the pipes that lead here */
};

struct network {
    struct node nodes[NODES_N];
};

void network_build(struct network *network);

/* A metered household of a station. */
struct home_plan {
    char code[CODE_BYTES];    /* "S01-H07" */
    char name[NAME_BYTES];    /* 东升站3号楼2单元501 */
    char name_en[NAME_BYTES]; /* Dongsheng Bldg 3 Unit 2 Flat 501 */
    double area_m2;
    double loss_share;      /* of the average loss per area: roof, corner, middle */
    double sun_share;       /* of the sun on the facade through its windows */
    double radiator_share;  /* sizing against its own design loss */
    double thermostat_degc; /* setting; only when has_thermostat */
    int has_thermostat;
};

/* "S01-H07" for home 6 of S01. */
void network_home_code(const char *station_code, unsigned home_i, char code[CODE_BYTES]);

/* station_i 0..STATIONS_N-1, home_i 0..HOMES_N-1. */
void network_home(const struct network *network, unsigned station_i, unsigned home_i,
                  struct home_plan *plan);

#endif
