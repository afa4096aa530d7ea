/* plot.c - see plot.h.
 *
 *        title
 *   most +-----------------------+
 *        |        lines          |
 *  least +-----------------------+
 *        times, local       legend beneath                                         */
#include "heatnet/plot.h"

#include "base/ensure.h"
#include "base/text.h"
#include "heatnet/show.h"

#include <math.h>
#include <pango/pangocairo.h>

enum { WIDTH = 1200, HEIGHT = 500, LEFT = 80, RIGHT = 20, TOP = 40, LEGEND_MAX = 8 };

enum { LEGEND_HEIGHT = 18, FOOT = 40, TICKS = 6 };

struct drawing {
    cairo_t *cairo;
    const struct plot *plot;
    double left, top, width, height; /* of the frame */
    double least, most;
};

static const double colours[LEGEND_MAX][3] = {
    {0.12, 0.47, 0.71}, {0.84, 0.15, 0.16}, {0.17, 0.63, 0.17}, {1.00, 0.50, 0.05},
    {0.58, 0.40, 0.74}, {0.55, 0.34, 0.29}, {0.09, 0.75, 0.81}, {0.50, 0.50, 0.50}};

static void colour(const struct drawing *drawing, size_t i)
{
    const double *rgb = colours[i % LEGEND_MAX];
    cairo_set_source_rgb(drawing->cairo, rgb[0], rgb[1], rgb[2]);
}

/* The text's right end at x when `right`, its left otherwise. */
static void put_text(const struct drawing *drawing, double x, double y, bool right,
                     const char *text)
{
    int width = 0, height = 0;
    PangoLayout *layout = pango_cairo_create_layout(drawing->cairo);
    PangoFontDescription *font =
        pango_font_description_from_string("Sans, Noto Sans CJK SC 10");
    pango_layout_set_font_description(layout, font);
    pango_layout_set_text(layout, text, -1);
    pango_layout_get_pixel_size(layout, &width, &height);
    cairo_move_to(drawing->cairo, right ? x - width : x, y);
    pango_cairo_show_layout(drawing->cairo, layout);
    pango_font_description_free(font);
    g_object_unref(layout);
}

static bool find_span(const struct lines *lines, double *least, double *most)
{
    *least = (double)INFINITY;
    *most = -(double)INFINITY;
    for (size_t i = 0; i < lines->n; i++)
        for (size_t k = 0; k < lines->at[i].n; k++) {
            *least = fmin(*least, lines->at[i].values[k]);
            *most = fmax(*most, lines->at[i].values[k]);
        }
    if (!(*least <= *most)) return false;
    double margin = *most > *least ? (*most - *least) * 0.05 : fabs(*most) * 0.1 + 1;
    *least -= margin;
    *most += margin;
    return true;
}

static void draw_frame(const struct drawing *drawing)
{
    cairo_t *cairo = drawing->cairo;
    const int64_t *from_to_ms = drawing->plot->from_to_ms;
    cairo_set_source_rgb(cairo, 1, 1, 1);
    cairo_paint(cairo);
    cairo_set_line_width(cairo, 1);
    for (int i = 0; i <= TICKS; i++) {
        double part = (double)i / TICKS;
        double y = drawing->top + drawing->height * (1 - part);
        double x = drawing->left + drawing->width * part;
        char number[32], time[SHOW_BYTES];
        cairo_set_source_rgb(cairo, 0.85, 0.85, 0.85);
        cairo_move_to(cairo, drawing->left, floor(y) + 0.5);
        cairo_rel_line_to(cairo, drawing->width, 0);
        cairo_stroke(cairo);
        cairo_set_source_rgb(cairo, 0.2, 0.2, 0.2);
        text_format(number, sizeof number, "%.5g",
                    drawing->least + part * (drawing->most - drawing->least));
        put_text(drawing, drawing->left - 6, y - 8, true, number);
        int64_t at_ms =
            from_to_ms[0] + (int64_t)(part * (double)(from_to_ms[1] - from_to_ms[0]));
        show_time(drawing->plot->calendar, at_ms, time);
        time[16] = '\0'; /* to the minute */
        put_text(drawing, i == TICKS ? x : x - 50, drawing->top + drawing->height + 6,
                 i == TICKS, time);
    }
    put_text(drawing, drawing->left, 10, false, drawing->plot->title);
}

static void draw_line(const struct drawing *drawing, const struct line *line, size_t i)
{
    const int64_t *from_to_ms = drawing->plot->from_to_ms;
    double span = (double)(from_to_ms[1] - from_to_ms[0]);
    double usual = line->n > 1 ? span / (double)line->n * 4 : span;
    colour(drawing, i);
    cairo_set_line_width(drawing->cairo, 1.5);
    for (size_t k = 0; k < line->n; k++) {
        double x = drawing->left + drawing->width *
                                       (double)(line->times_ms[k] - from_to_ms[0]) / span;
        double y = drawing->top + drawing->height * (drawing->most - line->values[k]) /
                                      (drawing->most - drawing->least);
        bool gap = k && (double)(line->times_ms[k] - line->times_ms[k - 1]) > usual;
        if (!k || gap)
            cairo_move_to(drawing->cairo, x, y);
        else
            cairo_line_to(drawing->cairo, x, y);
    }
    cairo_stroke(drawing->cairo);
    if (i >= LEGEND_MAX) return;
    put_text(drawing, drawing->left,
             drawing->top + drawing->height + 28 + LEGEND_HEIGHT * (double)i, false,
             line->name);
}

static void draw(struct drawing *drawing, const struct lines *lines)
{
    size_t legend_n = lines->n < LEGEND_MAX ? lines->n : LEGEND_MAX;
    drawing->left = LEFT;
    drawing->top = TOP;
    drawing->width = WIDTH - LEFT - RIGHT;
    drawing->height = HEIGHT - TOP - FOOT - LEGEND_HEIGHT * (double)legend_n;
    draw_frame(drawing);
    for (size_t i = 0; i < lines->n; i++) draw_line(drawing, &lines->at[i], i);
}

err plot_png(const struct plot *plot, const struct lines *lines, const char *path)
{
    struct drawing drawing = {.plot = plot};
    if (!find_span(lines, &drawing.least, &drawing.most)) return ERR_RANGE;
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
    drawing.cairo = cairo_create(surface);
    draw(&drawing, lines);
    cairo_status_t status = cairo_surface_write_to_png(surface, path);
    cairo_destroy(drawing.cairo);
    cairo_surface_destroy(surface);
    return status == CAIRO_STATUS_SUCCESS ? ERR_OK : ERR_IO;
}
