/* promql_vectors.c - operators between two vectors: rows whose labels match. */
#include "ask/promql_eval.h"

#include "base/ensure.h"

#include <string.h>

/* Rows of one signature, in a chain. */
struct side {
    const struct table *table;
    size_t *signature; /* of each row */
    uint32_t *first_1; /* of each signature: a row + 1, 0 = none */
    uint32_t *next_1;  /* of each row */
};

struct match {
    struct eval *eval;
    const struct promql_node *node;
    const struct grid *grid;
    struct labels_map map;
    struct side sides[2];
};

static err signature_of(struct match *match, struct labels labels, struct labels *out)
{
    const struct promql_matching *matching = &match->node->matching;
    struct arena *arena = match->eval->arena;
    if (matching->on) return labels_keep(arena, labels, &matching->labels, out);
    return labels_drop(arena, labels, &matching->labels, out);
}

static err sign_side(struct match *match, struct side *side, size_t signatures_max)
{
    struct arena *arena = match->eval->arena;
    size_t n = side->table->n;
    side->signature = arena_new(arena, n + 1, sizeof *side->signature);
    side->next_1 = arena_new(arena, n + 1, sizeof *side->next_1);
    side->first_1 = arena_new(arena, signatures_max + 1, sizeof *side->first_1);
    if (!side->signature || !side->next_1 || !side->first_1) return ERR_MEMORY;
    err e = ERR_OK;
    for (size_t r = n; !e && r-- > 0;) { /* backwards: chains stand in order */
        struct labels labels;
        e = signature_of(match, side->table->rows[r].labels, &labels);
        if (e) return e;
        size_t signature = labels_map_put(&match->map, labels);
        side->signature[r] = signature;
        side->next_1[r] = side->first_1[signature];
        side->first_1[signature] = (uint32_t)r + 1;
    }
    return e;
}

/* --- and, or, unless ---------------------------------------------------------------- */

static bool has_at(const struct side *side, size_t signature, size_t step)
{
    for (uint32_t r = side->first_1[signature]; r; r = side->next_1[r - 1])
        if (!promql_is_absent(side->table->rows[r - 1].values[step])) return true;
    return false;
}

/* Rows of `side` where the other side has (wanted) or has not one of their signature. */
static err keep_where(struct match *match, size_t from, bool wanted, struct table *out)
{
    const struct side *side = &match->sides[from], *other = &match->sides[1 - from];
    err e = ERR_OK;
    for (size_t r = 0; !e && r < side->table->n; r++) {
        struct row *row = &out->rows[out->n];
        row->labels = side->table->rows[r].labels;
        e = row_open(match->eval, row, match->grid);
        for (size_t i = 0; !e && i < match->grid->n; i++)
            if (has_at(other, side->signature[r], i) == wanted)
                row->values[i] = side->table->rows[r].values[i];
        if (!e) out->n++;
    }
    return e;
}

static err operate_sets(struct match *match, struct table *out)
{
    const struct table *left = match->sides[0].table, *right = match->sides[1].table;
    err e = table_open(match->eval, left->n + right->n, out);
    if (e) return e;
    out->n = 0;
    if (match->node->operator != OP_OR)
        return keep_where(match, 0, match->node->operator == OP_AND, out);
    for (size_t r = 0; r < left->n; r++) out->rows[out->n++] = left->rows[r];
    e = keep_where(match, 1, false, out);
    return e ? e : table_merge(match->eval, out, match->grid);
}

/* --- arithmetic and comparison ------------------------------------------------------ */

/* Labels of the pair of a `many` row and a `one` row. */
static err result_labels(struct match *match, struct labels many, struct labels one,
                         struct labels *out)
{
    const struct promql_node *node = match->node;
    const struct promql_matching *matching = &node->matching;
    struct arena *arena = match->eval->arena;
    bool drop = node->gives_bool || !operator_compares(node->operator);
    err e = ERR_OK;
    *out = many;
    if (drop) e = labels_drop_metric(arena, *out, out);
    if (!e && matching->card == CARD_ONE_TO_ONE && matching->on)
        return labels_keep(arena, *out, &matching->labels, out);
    for (size_t i = 0; !e && matching->card == CARD_ONE_TO_ONE && i < matching->labels.n;
         i++)
        e = labels_set(arena, *out, matching->labels.at[i], "", out);
    for (size_t i = 0; !e && i < matching->include.n; i++) {
        const char *name = matching->include.at[i];
        e = labels_set(arena, *out, name, labels_value(one, name), out);
    }
    return e;
}

static err duplicate(struct match *match, const char *which)
{
    return eval_wrong(match->eval, ERR_RANGE,
                      "found duplicate series for the match group on the %s hand-side of "
                      "the operation;many-to-many matching not allowed: matching labels "
                      "must be unique on one side",
                      which);
}

static bool overlap(const double *a, const double *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!promql_is_absent(a[i]) && !promql_is_absent(b[i])) return true;
    return false;
}

/* Has the row a number where a later one of its signature has one? */
static bool has_rival(const struct match *match, const struct side *side, uint32_t row_1)
{
    const double *values = side->table->rows[row_1 - 1].values;
    for (uint32_t b = side->next_1[row_1 - 1]; b; b = side->next_1[b - 1])
        if (overlap(values, side->table->rows[b - 1].values, match->grid->n)) return true;
    return false;
}

/* No two rows of one signature may have a number at one step. */
static err check_unique(struct match *match, size_t which, const char *name)
{
    const struct side *side = &match->sides[which];
    const struct side *other = &match->sides[1 - which];
    for (size_t r = 0; r < side->table->n; r++)
        if (other->first_1[side->signature[r]] && has_rival(match, side, (uint32_t)r + 1))
            return duplicate(match, name);
    return ERR_OK;
}

static bool pair_values(struct match *match, const double *left, const double *right,
                        double *out)
{
    const struct promql_node *node = match->node;
    bool some = false;
    for (size_t i = 0; i < match->grid->n; i++) {
        if (promql_is_absent(left[i]) || promql_is_absent(right[i])) continue;
        bool keep;
        double value = operate(node->operator, left[i], right[i], &keep);
        if (node->gives_bool) value = keep;
        if (!keep && !node->gives_bool) continue;
        out[i] = value;
        some = true;
    }
    return some;
}

static size_t count_pairs(const struct match *match, size_t many)
{
    const struct side *side = &match->sides[many], *other = &match->sides[1 - many];
    size_t n = 0;
    for (size_t r = 0; r < side->table->n; r++)
        for (uint32_t o = other->first_1[side->signature[r]]; o; o = other->next_1[o - 1])
            n++;
    return n;
}

static err add_pair(struct match *match, const struct row *many, const struct row *one,
                    struct table *out)
{
    bool swapped = match->node->matching.card == CARD_ONE_TO_MANY;
    struct row *row = &out->rows[out->n];
    err e = result_labels(match, many->labels, one->labels, &row->labels);
    if (!e) e = row_open(match->eval, row, match->grid);
    if (!e && pair_values(match, swapped ? one->values : many->values,
                          swapped ? many->values : one->values, row->values))
        out->n++;
    return e;
}

/* In a one-to-one match a signature may give one number a step. */
static err check_one_to_one(struct match *match, const struct table *out)
{
    struct table check = *out;
    struct labels_map map;
    err e = labels_map_open(&map, match->eval->arena, out->n);
    for (size_t r = 0; !e && r < check.n; r++) {
        size_t known = map.n, at = labels_map_put(&map, check.rows[r].labels);
        if (at == known || !overlap(check.rows[at].values, check.rows[r].values,
                                    match->grid->n))
            continue;
        return eval_wrong(
            match->eval, ERR_RANGE,
            match->node->matching.card == CARD_ONE_TO_ONE
                ? "multiple matches for labels: many-to-one matching must be "
                  "explicit (group_left/group_right)"
                : "multiple matches for labels: grouping labels must ensure "
                  "unique matches");
    }
    return e;
}

static err operate_pairs(struct match *match, struct table *out)
{
    size_t many = match->node->matching.card == CARD_ONE_TO_MANY ? 1 : 0;
    const struct side *side = &match->sides[many], *other = &match->sides[1 - many];
    err e = check_unique(match, 1 - many, many ? "left" : "right");
    if (!e) e = table_open(match->eval, count_pairs(match, many), out);
    if (!e) out->n = 0;
    for (size_t r = 0; !e && r < side->table->n; r++)
        for (uint32_t o = other->first_1[side->signature[r]]; !e && o;
             o = other->next_1[o - 1])
            e = add_pair(match, &side->table->rows[r], &other->table->rows[o - 1], out);
    if (!e) e = check_one_to_one(match, out);
    return e ? e : table_merge(match->eval, out, match->grid);
}

err eval_vectors(struct eval *eval, const struct promql_node *node,
                 const struct grid *grid, const struct table sides[2], struct table *out)
{
    struct match match = {.eval = eval, .node = node, .grid = grid};
    size_t signatures_max = sides[0].n + sides[1].n;
    err e = labels_map_open(&match.map, eval->arena, signatures_max);
    for (size_t s = 0; !e && s < 2; s++) {
        match.sides[s].table = &sides[s];
        e = sign_side(&match, &match.sides[s], signatures_max);
    }
    if (e) return e;
    return operator_is_set(node->operator) ? operate_sets(&match, out)
                                           : operate_pairs(&match, out);
}
