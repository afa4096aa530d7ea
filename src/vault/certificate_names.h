/* certificate_names.h - private to certificate_make.c: a server's names as X.509 has
 * them. */
#ifndef HEATNET_VAULT_CERTIFICATE_NAMES_H
#define HEATNET_VAULT_CERTIFICATE_NAMES_H

#include "base/err.h"
#include "vault/openssl_x509.h"

#include <stdbool.h>

/* "127.0.0.1,::1,localhost": addresses become iPAddress, the rest dNSName.  The list is
 * the caller's.  ERR_RANGE: no name at all, or one that is neither. */
MUST_USE err names_parse(const char *text, GENERAL_NAMES **names);
/* The same names in the same order. */
bool names_equal(GENERAL_NAMES *a, GENERAL_NAMES *b);

#endif
