/* openssl_x509.h - private: OpenSSL's headers for certificates, beside our own err.h.
 *
 * OpenSSL has a type named ERR_STATE, the house an error class of that name.  Whoever
 * needs OpenSSL in this room includes this header and no header of OpenSSL. */
#ifndef HEATNET_VAULT_OPENSSL_X509_H
#define HEATNET_VAULT_OPENSSL_X509_H

#define ERR_STATE openssl_err_state
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#undef ERR_STATE

#endif
