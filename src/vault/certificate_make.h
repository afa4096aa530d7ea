/* certificate_make.h - private to certificate.c: keys and X.509 certificates, no files.
 *
 * Everything is made for TLS 1.3 between OpenSSL and GnuTLS: P-256, ECDSA with SHA-256,
 * key identifiers, the extensions of RFC 5280 section 4.2 and nothing else. */
#ifndef HEATNET_VAULT_CERTIFICATE_MAKE_H
#define HEATNET_VAULT_CERTIFICATE_MAKE_H

#include "base/bytes.h"
#include "base/err.h"
#include "vault/certificate.h"
#include "vault/openssl_x509.h"

#include <stdbool.h>
#include <stdint.h>

/* A certificate and its key; either may be NULL. */
struct identity {
    X509 *certificate;
    EVP_PKEY *key;
};

enum identity_use { IDENTITY_AUTHORITY, IDENTITY_SERVER, IDENTITY_TERMINAL };

struct identity_request {
    enum identity_use use;
    const char *common_name; /* NULL: "heatnet authority XXXXXXXX" from the key */
    const char *names;       /* server: DNS names and addresses, comma separated */
    int64_t now_ms;
    int days;
};

void identity_close(struct identity *identity);

/* A key where there is none, and a certificate for it signed by `authority` (or by
 * itself, NULL).  ERR_RANGE: a name is not a DNS name or address, or none is given. */
MUST_USE err identity_make(const struct identity_request *request,
                           const struct identity *authority, struct identity *identity);
/* The certificate belongs to the key and was signed by `authority`. */
bool identity_is_whole(const struct identity *identity, const struct identity *authority);
/* Its names are exactly these. */
bool identity_has_names(const struct identity *identity, const char *names);
/* Milliseconds from `now_ms` to its end, negative when it is over. */
int64_t identity_left_ms(const struct identity *identity, int64_t now_ms);

/* PEM; `out` is always ended with NUL.  The key is PKCS #8 without a password. */
MUST_USE err identity_certificate_text(const struct identity *identity,
                                       char out[CERTIFICATE_PEM_BYTES]);
MUST_USE err identity_key_text(const struct identity *identity,
                               char out[CERTIFICATE_PEM_BYTES]);
/* ERR_CORRUPT when they are not PEM of the kind. */
MUST_USE err identity_read_certificate(struct bytes pem, struct identity *identity);
MUST_USE err identity_read_key(struct bytes pem, struct identity *identity);

#endif
