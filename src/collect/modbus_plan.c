/* modbus_plan.c - greedy merging, optimal for a given gap because points are sorted. */
#include "collect/modbus_plan.h"

#include "base/ensure.h"

#include <stdlib.h>
#include <string.h>

static bool is_bits(enum modbus_table table)
{
    return table == MODBUS_COIL || table == MODBUS_DISCRETE;
}

static uint32_t point_end(const struct modbus_point *point)
{
    return point->address.number + modbus_type_registers(point->address.type);
}

static int compare(const void *a, const void *b)
{
    const struct modbus_point *p = a, *q = b;

    if (p->address.table != q->address.table)
        return p->address.table < q->address.table ? -1 : 1;
    if (p->address.number != q->address.number)
        return p->address.number < q->address.number ? -1 : 1;
    return p->position < q->position ? -1 : 1;
}

/* The request that reads points [first, first + n). */
static struct modbus_request request_of(const struct modbus_plan *plan, uint32_t first,
                                        uint32_t n)
{
    const struct modbus_point *points = plan->points + first;
    uint32_t end = 0;

    for (uint32_t i = 0; i < n; i++)
        if (point_end(&points[i]) > end) end = point_end(&points[i]);
    return (struct modbus_request){.table = points->address.table,
                                   .first = points->address.number,
                                   .count = (uint16_t)(end - points->address.number),
                                   .point_first = first,
                                   .points_n = n};
}

/* How many points from `first` on fit one request that bridges at most `gap`. */
static uint32_t run_n(const struct modbus_plan *plan, uint32_t first, uint32_t points_n,
                      uint32_t gap)
{
    const struct modbus_point *points = plan->points + first;
    enum modbus_table table = points->address.table;
    uint32_t most = plan->limits.registers_max;
    if (is_bits(table)) most *= 16;
    uint32_t start = points->address.number, end = point_end(points), n = 1;

    while (n < points_n && points[n].address.table == table) {
        uint32_t next = point_end(&points[n]);
        if (points[n].address.number > end + gap || next > start + most) break;
        if (next > end) end = next;
        n++;
    }
    return n;
}

void modbus_plan_make(struct modbus_plan *plan)
{
    ensure(plan && plan->limits.registers_max > 0);

    uint32_t all = (uint32_t)plan->points_n;

    plan->requests_n = 0;
    if (all == 0) return;
    qsort(plan->points, all, sizeof plan->points[0], compare);
    for (uint32_t i = 0; i < all;) {
        uint32_t gap = plan->limits.gap;
        if (is_bits(plan->points[i].address.table)) gap *= 16;
        uint32_t n = run_n(plan, i, all - i, gap);
        plan->requests[plan->requests_n++] = request_of(plan, i, n);
        i += n;
    }
    ensure(plan->requests_n <= plan->points_n);
}

/* Points of the first part of a refused request. */
static uint32_t first_part(const struct modbus_plan *plan,
                           const struct modbus_request *request)
{
    uint32_t n = run_n(plan, request->point_first, request->points_n, 0);
    if (n < request->points_n) return n;
    n = request->points_n / 2;
    /* Points of the same number (bits of one register) stay together where they can. */
    const struct modbus_point *points = plan->points + request->point_first;
    while (n + 1 < request->points_n &&
           points[n].address.number == points[n - 1].address.number)
        n++;
    return n;
}

bool modbus_plan_split(struct modbus_plan *plan, size_t i)
{
    ensure(plan && i < plan->requests_n);

    struct modbus_request *request = &plan->requests[i];
    if (request->points_n <= 1) {
        request->wait_polls = MODBUS_REFUSED_POLLS;
        return false;
    }
    ensure(plan->requests_n < plan->points_n);
    uint32_t n = first_part(plan, request);
    uint32_t first = request->point_first, rest = request->points_n - n;
    memmove(request + 1, request, (plan->requests_n - i) * sizeof *request);
    request[0] = request_of(plan, first, n);
    request[1] = request_of(plan, first + n, rest);
    plan->requests_n++;
    return true;
}
