/* catalog_print.c - sites, pipes, templates, points and devices as CSV. */
#include "heatnet-plant/catalog_print.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "heatnet-plant/network.h"

#include <math.h>
#include <string.h>

enum { ADDRESS_BYTES = 48, NUMBER_BYTES = 32 };

static void put_cell(struct buffer *out, const char *text)
{
    bool quoted = strpbrk(text, ",\"\n;") != NULL;

    if (quoted) buffer_put_u8(out, '"');
    for (const char *c = text; *c; c++) {
        if (*c == '"') buffer_put_u8(out, '"');
        buffer_put_u8(out, (uint8_t)*c);
    }
    if (quoted) buffer_put_u8(out, '"');
}

/* A row of cells, the end marked by NULL. */
static void put_row(struct buffer *out, const char *const *cells)
{
    for (size_t i = 0; cells[i]; i++) {
        if (i > 0) buffer_put_u8(out, ',');
        put_cell(out, cells[i]);
    }
    buffer_put_u8(out, '\n');
}

/* Empty for NaN. */
static const char *number(double value, char text[NUMBER_BYTES])
{
    text[0] = 0;
    if (!isnan(value)) text_from_double(value, text);
    return text;
}

static const char *site_type(unsigned node_i)
{
    if (node_i == NODE_SOURCE) return "source";
    return node_i < NODE_STATION_FIRST ? "branch" : "station";
}

/* In the tree of sites a station belongs to its branch, however far out it stands. */
static const char *site_parent(const struct network *network, unsigned node_i)
{
    if (node_i == NODE_SOURCE) return "HN";
    while (node_i >= NODE_STATION_FIRST) node_i = network->nodes[node_i].parent;
    return network->nodes[node_i].code;
}

static void put_node(struct buffer *out, const struct network *network, unsigned node_i)
{
    const struct node *node = &network->nodes[node_i];
    char area[NUMBER_BYTES], x[NUMBER_BYTES], y[NUMBER_BYTES];
    const char *parent = node_i >= NODE_STATION_FIRST ? site_parent(network, node_i)
                         : node_i == NODE_SOURCE      ? "HN"
                                                      : network->nodes[0].code;
    put_row(out, (const char *const[]){"site", node->code, node->name, node->name_en,
                                       site_type(node_i), parent, "",
                                       number(node->area_m2, area), number(node->x_m, x),
                                       number(node->y_m, y), NULL});
}

static void put_sites(struct buffer *out, const struct network *network)
{
    buffer_put_text(out,
                    "kind,code,name,name_en,type,parent,time_zone,area_m2,x_m,y_m\n"
                    "site,HN,热网示范公司,Heatnet Demo Company,company,,Asia/Shanghai"
                    ",,,\n");
    for (unsigned i = 0; i < NODES_N; i++) put_node(out, network, i);
    for (unsigned s = 0; s < STATIONS_N; s++) {
        const char *station = network->nodes[NODE_STATION_FIRST + s].code;
        for (unsigned h = 0; h < HOMES_N; h++) {
            struct home_plan plan;
            char area[NUMBER_BYTES];
            network_home(network, s, h, &plan);
            put_row(out, (const char *const[]){"site", plan.code, plan.name, plan.name_en,
                                               "household", station, "",
                                               number(plan.area_m2, area), "", "", NULL});
        }
    }
}

static void put_pipes(struct buffer *out, const struct network *network)
{
    buffer_put_text(out, "kind,code,from,to,length_m,diameter_mm\n");
    for (unsigned i = 1; i < NODES_N; i++) {
        const struct node *node = &network->nodes[i];
        char code[CODE_BYTES], length[NUMBER_BYTES], diameter[NUMBER_BYTES];
        bool fits = text_format(code, sizeof code, "P-%s", node->code);
        ensure(fits);
        put_row(out, (const char *const[]){
                         "pipe", code, network->nodes[node->parent].code, node->code,
                         number(node->length_m, length),
                         number(round(node->diameter_m * 1000), diameter), NULL});
    }
}

static double or_none(double value)
{
    return value > 0 ? value : NAN;
}

/* The cells of limits; all empty when there are none. */
static void put_limits(struct buffer *out, const struct point_limits *limits)
{
    static const struct point_limits none = {.range = {NAN, NAN},
                                             .alarm = {NAN, NAN, NAN, NAN}};
    const struct point_limits *l = limits ? limits : &none;
    const double cells[] = {l->range[0], l->range[1], or_none(l->rate_high),
                            l->frozen_s, l->alarm[0], l->alarm[1],
                            l->alarm[2], l->alarm[3], or_none(l->dead_band),
                            l->delay_s};

    for (size_t i = 0; i < COUNT(cells); i++) {
        char text[NUMBER_BYTES];
        buffer_put_text(out, number(cells[i], text));
        buffer_put_u8(out, ',');
    }
}

static void put_point(struct buffer *out, const struct point_map *map,
                      const struct point_row *row)
{
    char address[ADDRESS_BYTES], factor[NUMBER_BYTES];
    const char *const head[] = {"point",   map->code,    row->key,
                                row->name, row->name_en, quantity_word(row->quantity),
                                row->unit};

    for (size_t i = 0; i < COUNT(head); i++) {
        put_cell(out, head[i]);
        buffer_put_u8(out, ',');
    }
    point_address(row, address, sizeof address);
    buffer_format(out, "%s,%s,0,%u,", address,
                  number(row->type == TYPE_F32 ? 1 : row->factor, factor), row->decimals);
    put_limits(out, row->limits);
    buffer_format(out, "%u,%u,", row->priority_outer ? row->priority_outer : 3,
                  row->priority_inner ? row->priority_inner : 3);
    put_cell(out, row->bits ? row->bits : "");
    buffer_put_u8(out, ',');
    put_cell(out, row->rules ? row->rules : "");
    buffer_put_u8(out, '\n');
}

static void put_templates(struct buffer *out)
{
    static const struct point_map *const maps[] = {&station_points, &source_points,
                                                   &meter_points};

    buffer_put_text(out, "kind,code,name,name_en,protocol,picture\n");
    for (size_t i = 0; i < COUNT(maps); i++)
        put_row(out, (const char *const[]){"template", maps[i]->code, maps[i]->name,
                                           maps[i]->name_en, "modbus-tcp",
                                           maps[i]->picture, NULL});
    buffer_put_text(out,
                    "kind,template,key,name,name_en,quantity,unit,address,factor,offset,"
                    "decimals,range_low,range_high,rate_high,frozen_s,low_low,low,high,"
                    "high_high,dead_band,delay_s,priority_outer,priority_inner,bits,"
                    "rules\n");
    for (size_t i = 0; i < COUNT(maps); i++)
        for (size_t k = 0; k < maps[i]->rows_n; k++)
            put_point(out, maps[i], &maps[i]->rows[k]);
}

struct device_line {
    const char *site, *suffix, *name, *name_en;
    const struct point_map *map;
    unsigned port, unit, cycle_s;
};

static void put_device(struct buffer *out, struct catalog_print settings,
                       struct device_line line)
{
    char code[CODE_BYTES * 2], address[ADDRESS_BYTES], cycle[NUMBER_BYTES];
    char name[NAME_BYTES * 2], name_en[NAME_BYTES * 2];
    bool fits = text_format(code, sizeof code, "%s-%s", line.site, line.suffix);

    fits = fits &&
           text_format(address, sizeof address, "127.0.0.1:%u/%u", line.port, line.unit);
    fits = fits && text_format(cycle, sizeof cycle, "%u", line.cycle_s);
    fits = fits && text_format(name, sizeof name, "%s%s", line.name, line.map->name);
    fits = fits &&
           text_format(name_en, sizeof name_en, "%s %s", line.name_en, line.map->name_en);
    ensure(fits);
    put_row(out, (const char *const[]){"device", code, name, name_en, line.site,
                                       line.map->code, settings.terminal, address, cycle,
                                       NULL});
}

static void put_station_devices(struct buffer *out, struct catalog_print settings,
                                const struct network *network, unsigned station_i)
{
    const struct node *node = &network->nodes[NODE_STATION_FIRST + station_i];
    unsigned port = settings.ports[1 + station_i];
    unsigned meter_cycle_s =
        settings.cycle_s > METER_CYCLE_S ? settings.cycle_s : METER_CYCLE_S;

    put_device(out, settings,
               (struct device_line){node->code, "PLC", node->name, node->name_en,
                                    &station_points, port, UNIT_CONTROLLER,
                                    settings.cycle_s});
    for (unsigned h = 0; h < HOMES_N; h++) {
        struct home_plan plan;
        network_home(network, station_i, h, &plan);
        put_device(out, settings,
                   (struct device_line){plan.code, "HM", plan.name, plan.name_en,
                                        &meter_points, port, UNIT_METER_FIRST + h,
                                        meter_cycle_s});
    }
}

void catalog_print(struct catalog_print settings, struct buffer *out)
{
    struct network *network = memory_new(1, sizeof *network);

    if (!network) {
        out->broken = ERR_MEMORY;
        return;
    }
    network_build(network);
    put_sites(out, network);
    put_pipes(out, network);
    put_templates(out);
    buffer_put_text(out,
                    "kind,code,name,name_en,site,template,terminal,address,cycle_s\n");
    const struct node *source = &network->nodes[NODE_SOURCE];
    put_device(out, settings,
               (struct device_line){source->code, "PLC", source->name, source->name_en,
                                    &source_points, settings.ports[0], UNIT_CONTROLLER,
                                    settings.cycle_s});
    for (unsigned s = 0; s < STATIONS_N; s++)
        put_station_devices(out, settings, network, s);
    memory_free(network);
}
