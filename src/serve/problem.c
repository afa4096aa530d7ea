/* problem.c - see problem.h. */
#include "serve/problem.h"

#include "base/ensure.h"

#include <stddef.h>

#define PROBLEM_ROW(name, status, code, zh, en) {status, code, zh, en},
static const struct problem_kind kinds[PROBLEM_N] = {PROBLEM_LIST(PROBLEM_ROW)};
#undef PROBLEM_ROW

const struct problem_kind *problem_kind(enum problem problem)
{
    ensure(problem < PROBLEM_N);
    return &kinds[problem];
}

static const struct {
    err e;
    enum problem problem;
} of_err[] = {
    {ERR_UNKNOWN, PROBLEM_UNKNOWN},     {ERR_RANGE, PROBLEM_MALFORMED},
    {ERR_TYPE, PROBLEM_MALFORMED},      {ERR_FRAME, PROBLEM_MALFORMED},
    {ERR_DUPLICATE, PROBLEM_DUPLICATE}, {ERR_DENIED, PROBLEM_FORBIDDEN},
    {ERR_BUSY, PROBLEM_BUSY},           {ERR_FULL, PROBLEM_RANGE},
    {ERR_SPACE, PROBLEM_SPACE},         {ERR_STATE, PROBLEM_CONFLICT},
};

enum problem problem_of_err(err e)
{
    for (size_t i = 0; i < COUNT(of_err); i++)
        if (of_err[i].e == e) return of_err[i].problem;
    return PROBLEM_INTERNAL;
}
