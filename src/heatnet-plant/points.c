/* points.c - values into registers and back, by the rows of a map. */
#include "heatnet-plant/points.h"

#include "base/ensure.h"
#include "base/text.h"
#include "heatnet-plant/chance.h"

#include <math.h>
#include <string.h>

static const char *const table_words[TABLE_N] = {"coil", "discrete", "holding", "input"};
static const char *const type_words[] = {"bit", "u16", "i16", "u32", "f32"};

unsigned point_words(const struct point_row *row)
{
    return row->type == TYPE_U32 || row->type == TYPE_F32 ? 2 : 1;
}

void point_address(const struct point_row *row, char *out, size_t out_n)
{
    bool fits =
        text_format(out, out_n, "%s %u %s%s", table_words[row->table], row->number,
                    type_words[row->type], row->order == ORDER_CDAB ? " cdab" : "");
    ensure(fits);
}

const struct point_row *point_by_key(const struct point_map *map, const char *key)
{
    for (size_t i = 0; i < map->rows_n; i++)
        if (strcmp(map->rows[i].key, key) == 0) return &map->rows[i];
    return NULL;
}

double point_true(const struct point_row *row, const struct instrument *device)
{
    double si;
    memcpy(&si, (const char *)device + row->offset, sizeof si);
    return si * row->per_si;
}

/* The sensor's reading before it becomes a register: drift, then noise of this second. */
static double reading(const struct point_row *row, const struct instrument *device,
                      uint64_t key)
{
    bool frozen;
    double value = instrument_sensed(device, row->offset, &frozen) * row->per_si;

    if (frozen || row->noise <= 0) return value;
    uint64_t moment = chance_key(chance_key(key, row->offset), (uint64_t)device->utc_s);
    value += row->noise * chance_normal(moment);
    if (row->quantity == QUANTITY_TEMPERATURE) return value;
    return fmax(value, 0); /* flows and pressures do not turn negative by noise */
}

/* The step as it stands in the register; floats are rounded to the sensor's resolution.
 */
static double steps_of(const struct point_row *row, double value)
{
    static const double least[] = {0, 0, -32768, 0, 0};
    static const double most[] = {1, 65535, 32767, 4294967295.0, 0};
    double steps = round(value / row->factor);

    if (row->type == TYPE_F32) return steps;
    return fmin(fmax(steps, least[row->type]), most[row->type]);
}

double point_shown(const struct point_row *row, const struct instrument *device,
                   uint64_t key)
{
    return steps_of(row, reading(row, device, key)) * row->factor;
}

static void put_32(uint16_t *words, const struct point_row *row, uint32_t raw)
{
    uint16_t high = (uint16_t)(raw >> 16), low = (uint16_t)raw;
    words[0] = row->order == ORDER_CDAB ? low : high;
    words[1] = row->order == ORDER_CDAB ? high : low;
}

static uint32_t get_32(const uint16_t *words, const struct point_row *row)
{
    uint32_t first = words[0], second = words[1];
    return row->order == ORDER_CDAB ? second << 16 | first : first << 16 | second;
}

static void put(uint16_t *words, const struct point_row *row, double shown)
{
    double steps = round(shown / row->factor);
    float number = (float)shown;
    uint32_t raw;

    switch (row->type) {
    case TYPE_BIT:
    case TYPE_U16: words[0] = (uint16_t)steps; break;
    case TYPE_I16: words[0] = (uint16_t)(int16_t)steps; break;
    case TYPE_U32: put_32(words, row, (uint32_t)steps); break;
    case TYPE_F32:
        memcpy(&raw, &number, sizeof raw);
        put_32(words, row, raw);
        break;
    }
}

void image_fill(struct image *image, const struct point_map *map,
                const struct instrument *device, uint64_t key)
{
    memset(image, 0, sizeof *image);
    for (size_t i = 0; i < map->rows_n; i++) {
        const struct point_row *row = &map->rows[i];
        ensure(row->number + point_words(row) <= IMAGE_WORDS);
        put(&image->words[row->table][row->number], row, point_shown(row, device, key));
    }
}

bool image_value(const struct image *image, const struct point_row *row, double *value)
{
    const uint16_t *words = &image->words[row->table][row->number];
    uint32_t raw;
    float number;

    switch (row->type) {
    case TYPE_BIT:
    case TYPE_U16: *value = words[0] * row->factor; return true;
    case TYPE_I16: *value = (int16_t)words[0] * row->factor; return true;
    case TYPE_U32: *value = get_32(words, row) * row->factor; return true;
    case TYPE_F32:
        raw = get_32(words, row);
        memcpy(&number, &raw, sizeof number);
        *value = (double)number;
        return isfinite(number);
    }
    return false;
}
