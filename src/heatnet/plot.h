/* plot.h - lines as a picture: cairo and pango, so that Chinese names have glyphs. */
#ifndef HEATNET_HEATNET_PLOT_H
#define HEATNET_HEATNET_PLOT_H

#include "heatnet/lines.h"
#include "model/calendar.h"

struct plot {
    const char *title;
    int64_t from_to_ms[2];
    const struct calendar *calendar; /* local times; NULL = UTC */
};

/* A PNG of 1200 x 500.  ERR_IO: `path` cannot be written; ERR_RANGE: nothing to draw. */
MUST_USE err plot_png(const struct plot *plot, const struct lines *lines,
                      const char *path);

#endif
