/* api_dump.c - /api/v1/dump: every sample of a range, page by page; a page says where the
 * next begins, so that an interrupted dump goes on where it stopped.
 *
 * Order: by point's id, then time.  The cursor is "ID.TIME_MS" of the next sample. */
#include "base/text.h"
#include "model/quality.h"
#include "serve/api.h"
#include "serve/csv_out.h"
#include "serve/points_match.h"
#include "serve/request.h"
#include "serve/server.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_USUAL = 200000, PAGE_MAX = 1000000 };

struct dump {
    struct request *request;
    struct catalog *catalog;
    struct points_query points; /* ids rising */
    int64_t from_ms, to_ms;
    uint32_t first_point; /* of the cursor */
    int64_t first_ms;
    size_t left_n;
    char code[2 * CATALOG_CODE_BYTES];
    uint32_t point; /* the one being written */
    bool more;
    int64_t next_ms;
};

static void put_sample(struct dump *dump, const struct history_sample *sample)
{
    struct buffer *out = &dump->request->out;
    char time[32];
    text_from_time(sample->time_ms, time);
    buffer_format(out, "%s,%s,", dump->code, time);
    if (quality_has_value(sample->quality)) {
        char number[32];
        text_from_double(sample->value, number);
        buffer_put_text(out, number);
    }
    buffer_format(out, ",%s\n", quality_text(sample->quality));
}

static err put_samples(void *context, const struct history_sample *samples, size_t n)
{
    struct dump *dump = context;
    for (size_t i = 0; i < n; i++) {
        if (!dump->left_n) {
            dump->more = true;
            dump->next_ms = samples[i].time_ms;
            return ERR_FULL; /* stops the asking */
        }
        dump->left_n--;
        put_sample(dump, &samples[i]);
    }
    return dump->request->out.broken;
}

static err dump_point(struct dump *dump, uint32_t id)
{
    const struct point *point = catalog_point(dump->catalog, id);
    const struct device *device = catalog_device(dump->catalog, point->device);
    text_format(dump->code, sizeof dump->code, "%s.%s", device->code,
                catalog_point_template(dump->catalog, point)->key);
    dump->point = id;
    bool resumed = id == dump->first_point && dump->first_ms > dump->from_ms;
    const struct history_range range = {.device = device->id,
                                        .point = id,
                                        .from_ms =
                                            resumed ? dump->first_ms : dump->from_ms,
                                        .to_ms = dump->to_ms};
    if (range.from_ms >= range.to_ms) return ERR_OK;
    err e = historian_raw(dump->request->server->historian, &range, put_samples, dump);
    return dump->more ? ERR_OK : e;
}

static int by_id(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static err read_cursor(struct dump *dump)
{
    const char *text = request_query(dump->request, "cursor");
    char id[16];
    if (!text || !text[0]) return ERR_OK;
    size_t n = strcspn(text, ".");
    if (text[n] == '.' && text_copy_n(id, sizeof id, text, n) &&
        !text_to_u32(id, &dump->first_point) &&
        !text_to_i64(text + n + 1, &dump->first_ms))
        return ERR_OK;
    answer_problem(dump->request, PROBLEM_MALFORMED,
                   "cursor 应为上一页 X-Next-Cursor 的内容",
                   "cursor is what X-Next-Cursor of the page before said");
    return ERR_TYPE;
}

static void answer_page(struct dump *dump)
{
    struct request *request = dump->request;
    bool first = !dump->first_point;
    if (dump->points.n)
        qsort(dump->points.ids, dump->points.n, sizeof *dump->points.ids, by_id);
    if (first) buffer_put_text(&request->out, "point,utc,value,quality\n");
    err e = ERR_OK;
    for (size_t i = 0; !e && !dump->more && i < dump->points.n; i++)
        if (dump->points.ids[i] >= dump->first_point)
            e = dump_point(dump, dump->points.ids[i]);
    if (e) {
        answer_err(request, e);
        return;
    }
    if (!request->out.n) {
        answer_empty(request, 200);
        request->content_type = "text/csv; charset=utf-8";
    } else {
        answer_csv(request, "dump.csv");
    }
    if (dump->more)
        answer_header_format(request, "X-Next-Cursor", "%u.%lld", (unsigned)dump->point,
                             (long long)dump->next_ms);
}

void api_dump(struct request *request)
{
    struct dump dump = {.request = request, .left_n = PAGE_USUAL};
    if (request_query_range(request, &dump.from_ms, &dump.to_ms)) return;
    if (request_query_limit(request, PAGE_MAX, &dump.left_n)) return;
    if (read_cursor(&dump)) return;
    dump.catalog = server_catalog(request->server);
    if (!points_match(request, dump.catalog, CATALOG_POINTS_MAX, true, &dump.points))
        answer_page(&dump);
    catalog_release(dump.catalog);
}
