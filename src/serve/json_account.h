/* json_account.h - an account as docs/api.md shows it. */
#ifndef HEATNET_SERVE_JSON_ACCOUNT_H
#define HEATNET_SERVE_JSON_ACCOUNT_H

#include "base/bytes.h"
#include "people/accounts.h"

/* `one_time` may be NULL: then the member is left out. */
void json_account(struct buffer *out, const struct account *account,
                  const char *one_time);

#endif
