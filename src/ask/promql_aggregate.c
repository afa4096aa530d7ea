/* promql_aggregate.c - sum by (...) and its kin: groups of series, step by step. */
#include "ask/promql_eval.h"

#include "base/ensure.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct aggregation {
    struct eval *eval;
    const struct promql_node *node;
    const struct grid *grid;
    struct table in;
    struct labels *groups; /* labels of each row's group */
    size_t *group_of;      /* of each row */
    size_t groups_n;
    size_t *order;         /* rows, those of a group together */
    size_t *group_first;   /* groups_n + 1 positions in `order` */
    const double *parameter;
    double *values; /* scratch: a number a row */
    size_t *rows;   /* scratch: whose */
};

static err group_labels(const struct aggregation *a, struct labels labels,
                        struct labels *out)
{
    struct arena *arena = a->eval->arena;
    if (a->node->without) return labels_drop(arena, labels, &a->node->grouping, out);
    return labels_keep(arena, labels, &a->node->grouping, out);
}

/* Counting sort of the rows by group. */
static err order_rows(struct aggregation *a)
{
    struct arena *arena = a->eval->arena;
    a->order = arena_new(arena, a->in.n + 1, sizeof *a->order);
    a->group_first = arena_new(arena, a->groups_n + 2, sizeof *a->group_first);
    if (!a->order || !a->group_first) return ERR_MEMORY;
    for (size_t r = 0; r < a->in.n; r++) a->group_first[a->group_of[r] + 2]++;
    for (size_t g = 2; g < a->groups_n + 2; g++)
        a->group_first[g] += a->group_first[g - 1];
    for (size_t r = 0; r < a->in.n; r++)
        a->order[a->group_first[a->group_of[r] + 1]++] = r;
    return ERR_OK;
}

static err make_groups(struct aggregation *a)
{
    struct arena *arena = a->eval->arena;
    struct labels_map map;
    err e = labels_map_open(&map, arena, a->in.n);
    a->group_of = arena_new(arena, a->in.n + 1, sizeof *a->group_of);
    a->values = arena_new(arena, a->in.n + 1, sizeof *a->values);
    a->rows = arena_new(arena, a->in.n + 1, sizeof *a->rows);
    if (!e && (!a->group_of || !a->values || !a->rows)) e = ERR_MEMORY;
    for (size_t r = 0; !e && r < a->in.n; r++) {
        struct labels labels;
        e = group_labels(a, a->in.rows[r].labels, &labels);
        if (!e) a->group_of[r] = labels_map_put(&map, labels);
    }
    if (e) return e;
    a->groups = map.sets;
    a->groups_n = map.n;
    return order_rows(a);
}

/* The group's numbers at a step into the scratch. */
static size_t gather(const struct aggregation *a, size_t group, size_t step)
{
    size_t n = 0;
    for (size_t k = a->group_first[group]; k < a->group_first[group + 1]; k++) {
        size_t row = a->order[k];
        double value = a->in.rows[row].values[step];
        if (promql_is_absent(value)) continue;
        a->values[n] = value;
        a->rows[n++] = row;
    }
    return n;
}

/* --- one number from many ----------------------------------------------------------- */

static double sum_of(const double *values, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += values[i];
    return sum;
}

static double average(const double *values, size_t n)
{
    double mean = values[0];
    for (size_t i = 1; i < n; i++) {
        bool same = isinf(values[i]) && (mean > 0) == (values[i] > 0);
        if (isinf(mean) && (same || isfinite(values[i]))) continue;
        mean += values[i] / (double)(i + 1) - mean / (double)(i + 1);
    }
    return mean;
}

static double variance(const double *values, size_t n)
{
    double mean = values[0], square = 0;
    for (size_t i = 1; i < n; i++) {
        double delta = values[i] - mean;
        mean += delta / (double)(i + 1);
        square += delta * (values[i] - mean);
    }
    return square / (double)n;
}

static double extreme(const double *values, size_t n, bool most)
{
    double found = values[0];
    for (size_t i = 1; i < n; i++)
        if (isnan(found) || (most ? values[i] > found : values[i] < found))
            found = values[i];
    return found;
}

static double reduce(const struct aggregation *a, size_t n, size_t step)
{
    switch (a->node->aggregator) {
    case AGGREGATE_SUM: return sum_of(a->values, n);
    case AGGREGATE_AVG: return average(a->values, n);
    case AGGREGATE_MIN: return extreme(a->values, n, false);
    case AGGREGATE_MAX: return extreme(a->values, n, true);
    case AGGREGATE_COUNT: return (double)n;
    case AGGREGATE_GROUP: return 1;
    case AGGREGATE_STDDEV: return sqrt(variance(a->values, n));
    case AGGREGATE_STDVAR: return variance(a->values, n);
    case AGGREGATE_QUANTILE: return promql_quantile(a->parameter[step], a->values, n);
    case AGGREGATE_TOPK:
    case AGGREGATE_BOTTOMK:
    case AGGREGATE_COUNT_VALUES: break; /* have their own way below */
    }
    return promql_absent();
}

static err reduce_all(struct aggregation *a, struct table *out)
{
    err e = table_open(a->eval, a->groups_n, out);
    for (size_t g = 0; !e && g < a->groups_n; g++) {
        out->rows[g].labels = a->groups[g];
        e = row_open(a->eval, &out->rows[g], a->grid);
        for (size_t i = 0; !e && i < a->grid->n; i++) {
            size_t n = gather(a, g, i);
            if (n) out->rows[g].values[i] = reduce(a, n, i);
        }
    }
    return e;
}

/* --- the k largest, smallest -------------------------------------------------------- */

struct ranked {
    double value;
    size_t row;
};

static int rank_up(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (isnan(x->value) || isnan(y->value)) return isnan(x->value) - isnan(y->value);
    if (x->value != y->value) return x->value < y->value ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static int rank_down(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (isnan(x->value) || isnan(y->value)) return isnan(x->value) - isnan(y->value);
    if (x->value != y->value) return x->value > y->value ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static void keep_best(struct aggregation *a, struct ranked *list, size_t step,
                      struct table *out)
{
    bool top = a->node->aggregator == AGGREGATE_TOPK;
    double k = a->parameter[step];
    for (size_t g = 0; g < a->groups_n && k >= 1; g++) {
        size_t n = gather(a, g, step);
        for (size_t i = 0; i < n; i++)
            list[i] = (struct ranked){a->values[i], a->rows[i]};
        qsort(list, n, sizeof *list, top ? rank_down : rank_up);
        for (size_t i = 0; i < n && (double)i < floor(k); i++)
            out->rows[list[i].row].values[step] = list[i].value;
    }
}

/* In an instant query the answer stands in order. */
static void put_in_order(struct aggregation *a, struct ranked *list, struct table *out)
{
    size_t n = 0;
    struct row *rows = arena_new(a->eval->arena, out->n + 1, sizeof *rows);
    if (!rows) return; /* unordered is right too */
    for (size_t g = 0; g < a->groups_n; g++) {
        size_t first = n;
        for (size_t k = a->group_first[g]; k < a->group_first[g + 1]; k++) {
            double value = out->rows[a->order[k]].values[0];
            if (!promql_is_absent(value))
                list[n++] = (struct ranked){value, a->order[k]};
        }
        bool top = a->node->aggregator == AGGREGATE_TOPK;
        qsort(list + first, n - first, sizeof *list, top ? rank_down : rank_up);
    }
    for (size_t i = 0; i < n; i++) rows[i] = out->rows[list[i].row];
    *out = (struct table){n, rows};
}

static err best_all(struct aggregation *a, struct table *out)
{
    struct ranked *list = arena_new(a->eval->arena, a->in.n + 1, sizeof *list);
    err e = list ? table_open(a->eval, a->in.n, out) : ERR_MEMORY;
    for (size_t r = 0; !e && r < a->in.n; r++) {
        out->rows[r].labels = a->in.rows[r].labels;
        e = row_open(a->eval, &out->rows[r], a->grid);
    }
    for (size_t i = 0; !e && i < a->grid->n; i++) {
        if (isnan(a->parameter[i]))
            return eval_wrong(a->eval, ERR_RANGE, "Parameter value is NaN");
        keep_best(a, list, i, out);
    }
    if (!e && a->grid->n == 1) put_in_order(a, list, out);
    return e;
}

/* --- how often each value occurs ---------------------------------------------------- */

/* As Prometheus names a value in a label: Go's %v-like shortest form. */
static const char *value_text(struct aggregation *a, double value)
{
    char text[32];
    text_from_double(value, text);
    const char *shown = isnan(value)   ? "NaN"
                        : isinf(value) ? value > 0 ? "+Inf" : "-Inf"
                                       : text;
    return arena_text(a->eval->arena, shown, strlen(shown));
}

static err count_row(struct aggregation *a, size_t row, struct labels_map *map,
                     struct table *out)
{
    const char *name = a->node->parameter->text;
    err e = ERR_OK;
    for (size_t i = 0; !e && i < a->grid->n; i++) {
        double value = a->in.rows[row].values[i];
        if (promql_is_absent(value)) continue;
        struct labels labels;
        const char *text = value_text(a, value);
        e = text ? labels_set(a->eval->arena, a->groups[a->group_of[row]], name, text,
                              &labels)
                 : ERR_MEMORY;
        if (!e && map->n == map->capacity)
            return eval_wrong(a->eval, ERR_FULL, "count_values finds too many values");
        size_t known = map->n, at = e ? 0 : labels_map_put(map, labels);
        if (!e && at == known) {
            out->rows[at].labels = labels;
            e = row_open(a->eval, &out->rows[at], a->grid);
        }
        if (e) return e;
        double *count = &out->rows[at].values[i];
        *count = promql_is_absent(*count) ? 1 : *count + 1;
    }
    return e;
}

enum { COUNT_VALUES_MAX = 20000 };

static err count_all(struct aggregation *a, struct table *out)
{
    struct labels_map map;
    err e = labels_map_open(&map, a->eval->arena, COUNT_VALUES_MAX);
    if (!e) e = table_open(a->eval, COUNT_VALUES_MAX, out);
    for (size_t r = 0; !e && r < a->in.n; r++) e = count_row(a, r, &map, out);
    if (!e) out->n = map.n;
    return e;
}

err eval_aggregate(struct eval *eval, const struct promql_node *node,
                   const struct grid *grid, struct table *out)
{
    struct aggregation a = {.eval = eval, .node = node, .grid = grid};
    struct table parameter;
    err e = eval_node(eval, node->operands[0], grid, &a.in);
    if (!e && node->parameter && node->parameter->type == PROMQL_SCALAR) {
        e = eval_node(eval, node->parameter, grid, &parameter);
        if (!e) a.parameter = parameter.rows[0].values;
    }
    if (!e) e = make_groups(&a);
    if (e) return e;
    if (node->aggregator == AGGREGATE_TOPK || node->aggregator == AGGREGATE_BOTTOMK)
        return best_all(&a, out);
    if (node->aggregator == AGGREGATE_COUNT_VALUES) return count_all(&a, out);
    return reduce_all(&a, out);
}
