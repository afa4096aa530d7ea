/* promql_function.h - private to the query language: the table of functions. */
#ifndef HEATNET_ASK_PROMQL_FUNCTION_H
#define HEATNET_ASK_PROMQL_FUNCTION_H

#include "ask/promql_node.h"

/* The samples of a range at one step, stale ones left out. */
struct window {
    const struct promql_sample *at;
    size_t n;
    int64_t from_ms, to_ms; /* both ends belong to it */
    int64_t step_ms;        /* of the evaluation; to_ms without an offset */
    double number[2];       /* further arguments, scalars */
};

enum { FUNCTION_ARGUMENTS_MAX = 4 };

enum function_kind {
    FUNCTION_RANGE,    /* window -> number, absent = no answer */
    FUNCTION_MATH,     /* number -> number */
    FUNCTION_CLAMP,    /* vector and scalars -> vector */
    FUNCTION_CALENDAR, /* time -> number; without argument of the step's time */
    FUNCTION_SPECIAL   /* an enum function_special */
};

enum function_special {
    SPECIAL_ABSENT,
    SPECIAL_ABSENT_OVER_TIME,
    SPECIAL_SCALAR,
    SPECIAL_VECTOR,
    SPECIAL_TIME,
    SPECIAL_PI,
    SPECIAL_TIMESTAMP,
    SPECIAL_LABEL_REPLACE,
    SPECIAL_LABEL_JOIN,
    SPECIAL_SORT,
    SPECIAL_SORT_DESC
};

struct promql_function {
    const char *name;
    enum function_kind kind;
    enum promql_type result;
    size_t arguments_least, arguments_most; /* most above the list: the last repeats */
    enum promql_type arguments[FUNCTION_ARGUMENTS_MAX];
    bool keeps_name;
    double (*range)(const struct window *window);
    double (*math)(double value);
    /* clamp: value and the further arguments */
    double (*clamp)(double value, const double number[2]);
    double (*calendar)(double seconds);
    enum function_special special;
};

/* NULL: there is no such function. */
const struct promql_function *promql_function_find(const char *name, size_t n);

/* phi-quantile of n numbers, which are sorted in place; Prometheus' rule. */
double promql_quantile(double phi, double *values, size_t n);
/* One step of a compensated sum: *sum + *rest is the sum. */
void promql_add(double value, double *sum, double *rest);

#endif
