/* enrolment.h - which terminals may come in, and with which certificate.
 *
 * The SHA-256 of the newest certificate issued to a terminal is kept; another one, even
 * of our authority, is not let in.  In memory for every connection, in the database for
 * ever. */
#ifndef HEATNET_SERVE_ENROLMENT_H
#define HEATNET_SERVE_ENROLMENT_H

#include "base/err.h"
#include "store/database.h"
#include "vault/certificate.h"

#include <stdbool.h>
#include <stdint.h>

struct enrolment;

/* Runs its migration and reads the records. */
MUST_USE err enrolment_open(const char *database_path, struct enrolment **enrolment);
void enrolment_close(struct enrolment *enrolment);

/* ERR_OK: this certificate may come in.  ERR_UNKNOWN: the terminal was never enrolled;
 * ERR_DENIED: it is not its newest certificate; ERR_STATE: it is disabled. */
MUST_USE err enrolment_check(struct enrolment *enrolment, const char *terminal,
                             const uint8_t print[CERTIFICATE_PRINT_BYTES]);
/* Durable on return; enables.  */
MUST_USE err enrolment_add(struct enrolment *enrolment, const char *terminal,
                           const uint8_t print[CERTIFICATE_PRINT_BYTES], int64_t now_ms);
/* ERR_UNKNOWN when it was never enrolled. */
MUST_USE err enrolment_enable(struct enrolment *enrolment, const char *terminal,
                              bool enabled);
bool enrolment_is_enabled(struct enrolment *enrolment, const char *terminal);

#endif
