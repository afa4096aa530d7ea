/* point_head.c - see point_head.h. */
#include "serve/point_head.h"

#include "base/text.h"

static const char *pick(const char *zh, const char *en, bool english)
{
    return english && en[0] ? en : zh;
}

void point_head(const struct catalog *catalog, const struct point *point, bool english,
                char out[POINT_HEAD_BYTES])
{
    const struct template_point *what = catalog_point_template(catalog, point);
    const struct device *device = catalog_device(catalog, point->device);
    const char *unit = quantity_unit(what->quantity);
    text_format(out, POINT_HEAD_BYTES, unit[0] ? "%s %s (%s)" : "%s %s%s",
                pick(device->name, device->name_en, english),
                pick(what->name, what->name_en, english), unit);
}
