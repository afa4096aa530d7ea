/* network.c - the town: streets, stations, households. */
#include "heatnet-plant/network.h"

#include "base/ensure.h"
#include "base/text.h"
#include "heatnet-plant/chance.h"
#include "heatnet-plant/physics.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846
#define PIPE_VELOCITY_M_S 1.15 /* economic velocity that sizes are chosen by */

enum { HOMES_KEY = 0x486F6D65 }; /* homes are the same for every seed */

struct plan_row {
    const char *name, *name_en;
    unsigned parent; /* node */
    double x_m, y_m, elevation_m, area_m2, loss_w_m2k;
};

/* In the order of nodes: source, branches, then stations 1..24. */
static const struct plan_row plan[NODES_N] = {
    {"城南热源厂", "Chengnan Heat Plant", 0,  0,     0,   42, 0,     0   },
    {"东干线",       "East Branch",         0,  260,   60,  42, 0,     0   },
    {"西干线",       "West Branch",         0,  -240,  80,  43, 0,     0   },
    {"东升站",       "Dongsheng",           1,  420,   160, 41, 42000, 1.15},
    {"翠竹站",       "Cuizhu",              3,  620,   200, 40, 36000, 1.20},
    {"学府站",       "Xuefu",               4,  640,   420, 41, 51000, 1.05},
    {"朝阳里站",    "Chaoyangli",          4,  860,   180, 39, 28000, 1.40},
    {"滨河站",       "Binhe",               6,  1060,  120, 36, 39000, 1.10},
    {"文昌站",       "Wenchang",            5,  820,   560, 43, 33000, 1.25},
    {"和平里站",    "Hepingli",            5,  600,   660, 44, 24000, 1.45},
    {"金桥站",       "Jinqiao",             7,  1280,  200, 36, 46000, 1.00},
    {"阳光城站",    "Yangguangcheng",      8,  1040,  620, 45, 57000, 0.95},
    {"建设路站",    "Jianshelu",           9,  620,   880, 47, 21000, 1.50},
    {"紫荆苑站",    "Zijingyuan",          11, 1260,  700, 46, 44000, 1.00},
    {"东湖站",       "Donghu",              10, 1480,  260, 35, 38000, 1.05},
    {"西苑站",       "Xiyuan",              2,  -420,  140, 44, 40000, 1.15},
    {"梧桐站",       "Wutong",              15, -600,  240, 45, 31000, 1.30},
    {"广场站",       "Guangchang",          16, -560,  460, 46, 26000, 1.20},
    {"铁西站",       "Tiexi",               16, -820,  220, 44, 35000, 1.35},
    {"工人村站",    "Gongrencun",          18, -1020, 140, 43, 22000, 1.50},
    {"桃园站",       "Taoyuan",             17, -740,  600, 48, 45000, 1.05},
    {"南山站",       "Nanshan",             19, -1240, 60,  52, 29000, 1.20},
    {"柳泉站",       "Liuquan",             20, -960,  640, 50, 37000, 1.10},
    {"锦绣站",       "Jinxiu",              17, -520,  700, 47, 53000, 0.95},
    {"丰泽园站",    "Fengzeyuan",          22, -1180, 600, 51, 34000, 1.10},
    {"北辰站",       "Beichen",             23, -600,  940, 49, 48000, 1.00},
    {"望江站",       "Wangjiang",           24, -1400, 660, 53, 27000, 1.25},
};

/* Inner diameters of the pipes on the market, m. */
static const double sizes_m[] = {0.100, 0.125, 0.150, 0.200, 0.250,
                                 0.300, 0.350, 0.400, 0.450, 0.500};

static double size_for(double flow_kg_s)
{
    double least_m = sqrt(4 * flow_kg_s / (PI * WATER_KG_M3 * PIPE_VELOCITY_M_S));
    for (size_t i = 0; i < COUNT(sizes_m); i++)
        if (sizes_m[i] >= least_m) return sizes_m[i];
    return sizes_m[COUNT(sizes_m) - 1];
}

static void code_of(unsigned node_i, char code[CODE_BYTES])
{
    bool fits;
    if (node_i == NODE_SOURCE)
        fits = text_format(code, CODE_BYTES, "Y1");
    else if (node_i < NODE_STATION_FIRST)
        fits = text_format(code, CODE_BYTES, "B%u", node_i);
    else
        fits = text_format(code, CODE_BYTES, "S%02u", node_i - BRANCHES_N);
    ensure(fits);
}

static void node_from_plan(unsigned node_i, struct node *node)
{
    const struct plan_row *row = &plan[node_i];
    const double design_k = DESIGN_INDOOR_DEGC - DESIGN_OUTDOOR_DEGC;

    *node = (struct node){
        .name = row->name,
        .name_en = row->name_en,
        .parent = row->parent,
        .x_m = row->x_m,
        .y_m = row->y_m,
        .elevation_m = row->elevation_m,
        .area_m2 = row->area_m2,
        .loss_w_m2k = row->loss_w_m2k,
        .design_w = row->area_m2 * row->loss_w_m2k * design_k,
    };
    code_of(node_i, node->code);
}

/* Area of the node and of all stations behind it. */
static double behind_area_m2(const struct node *nodes, unsigned node_i)
{
    double sum_m2 = nodes[node_i].area_m2;
    if (node_i < NODE_STATION_FIRST) return sum_m2; /* already its sum */
    for (unsigned i = node_i + 1; i < NODES_N; i++)
        if (nodes[i].parent == node_i) sum_m2 += behind_area_m2(nodes, i);
    return sum_m2;
}

void network_build(struct network *network)
{
    struct node *nodes = network->nodes;

    for (unsigned i = 0; i < NODES_N; i++) node_from_plan(i, &nodes[i]);
    for (unsigned i = NODES_N - 1; i > 0; i--) {
        struct node *parent = &nodes[nodes[i].parent];
        ensure(nodes[i].parent < i);
        nodes[i].behind_w += nodes[i].design_w;
        parent->behind_w += nodes[i].behind_w;
        if (nodes[i].parent < NODE_STATION_FIRST)
            parent->area_m2 += behind_area_m2(nodes, i);
    }
    for (unsigned i = 0; i < NODES_N; i++) {
        const struct node *from = &nodes[nodes[i].parent];
        nodes[i].behind_kg_s = nodes[i].behind_w / (WATER_J_KGK * DESIGN_PRIMARY_K);
        nodes[i].length_m =
            fabs(nodes[i].x_m - from->x_m) + fabs(nodes[i].y_m - from->y_m);
        nodes[i].diameter_m = size_for(nodes[i].behind_kg_s);
    }
}

/* Which wall of the building: three flats a floor and stair, six floors. */
static double loss_share_of(unsigned floor, unsigned flat)
{
    double share = floor == 6 ? 1.25 : floor == 1 ? 1.10 : 0.92;
    return flat == 2 ? share * 0.96 : share * 1.04; /* the middle flat has no gable */
}

void network_home_code(const char *station_code, unsigned home_i, char code[CODE_BYTES])
{
    bool fits = text_format(code, CODE_BYTES, "%s-H%02u", station_code, home_i + 1);
    ensure(fits);
}

void network_home(const struct network *network, unsigned station_i, unsigned home_i,
                  struct home_plan *plan_out)
{
    ensure(station_i < STATIONS_N && home_i < HOMES_N);
    const struct node *station = &network->nodes[NODE_STATION_FIRST + station_i];
    uint64_t key = chance_key(chance_key(HOMES_KEY, station_i), home_i);
    unsigned building = 1 + home_i / 5;
    unsigned unit = 1 + (unsigned)(3 * chance_unit(chance_key(key, 1)));
    unsigned floor = 1 + home_i % 5; /* its own in the building; the last is at the top */
    if (floor == 5 && chance_unit(chance_key(key, 2)) < 0.6) floor = 6;
    unsigned flat = 1 + (unsigned)(3 * chance_unit(chance_key(key, 3)));

    *plan_out = (struct home_plan){
        .area_m2 = round(chance_between(chance_key(key, 4), 58, 132)),
        .loss_share = loss_share_of(floor, flat),
        .sun_share = chance_between(chance_key(key, 5), 0.15, 1.0),
        .radiator_share = chance_between(chance_key(key, 6), 0.94, 1.08),
        .has_thermostat = chance_unit(chance_key(key, 7)) < 0.4,
        .thermostat_degc = round(chance_between(chance_key(key, 8), 19.5, 22.5) * 2) / 2,
    };
    /* The station's name without 站, and the flat as people write it. */
    char town[NAME_BYTES];
    bool fits = text_copy_n(town, sizeof town, station->name,
                            strlen(station->name) - strlen("站"));
    network_home_code(station->code, home_i, plan_out->code);
    fits = fits && text_format(plan_out->name, NAME_BYTES, "%s%u号楼%u单元%u0%u", town,
                               building, unit, floor, flat);
    fits = fits &&
           text_format(plan_out->name_en, NAME_BYTES, "%s Bldg %u Unit %u Flat %u0%u",
                       station->name_en, building, unit, floor, flat);
    ensure(fits);
}
