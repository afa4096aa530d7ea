/* certificate.h - the installation's own certificate authority (OpenSSL, ECDSA P-256).
 *
 *   folder/ authority.pem authority.key   made once, 20 years
 *           server.pem    server.key      for the uplink door, 2 years, renewed at start
 *
 * A terminal's certificate has its code as common name; its SHA-256 is kept in the
 * records so that a terminal can be shut out and re-enrolled. */
#ifndef HEATNET_VAULT_CERTIFICATE_H
#define HEATNET_VAULT_CERTIFICATE_H

#include "base/err.h"

#include <stdint.h>

enum { CERTIFICATE_PEM_BYTES = 4096, CERTIFICATE_PRINT_BYTES = 32 };

struct certificate {
    char certificate[CERTIFICATE_PEM_BYTES];
    char key[CERTIFICATE_PEM_BYTES];
    uint8_t print[CERTIFICATE_PRINT_BYTES]; /* SHA-256 of the DER */
};

/* Make authority and server certificate where missing or near their end.  `names` are the
 * server's DNS names and addresses, comma separated ("127.0.0.1,localhost,heat.example").
 */
MUST_USE err authority_open(const char *folder, const char *names, int64_t now_ms);
/* Issue a terminal's certificate and key (3 years). */
MUST_USE err authority_issue(const char *folder, const char *terminal, int64_t now_ms,
                             struct certificate *out);

#endif
