/* password_rules.h - private to accounts.c: which passwords are too weak.  Pure. */
#ifndef HEATNET_PEOPLE_PASSWORD_RULES_H
#define HEATNET_PEOPLE_PASSWORD_RULES_H

#include "people/accounts.h"

/* NULL when `password` is good enough for `account`, else the rule it breaks: "too_short"
 * (8 characters, administrators 10), "too_long", "same_as_name" (holds it), "too_common".
 */
const char *password_fault(const char *password, const struct account *account);

#endif
