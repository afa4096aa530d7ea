/* secure.h - the talker over TLS, with or without a terminal's certificate. */
#ifndef HEATNET_TESTS_SERVE_SECURE_H
#define HEATNET_TESTS_SERVE_SECURE_H

#include "serve/talk.h"
#include "vault/certificate.h"

#include <gnutls/gnutls.h>

struct secure {
    int handle;
    gnutls_session_t session;
    gnutls_certificate_credentials_t credentials;
};

static inline void secure_close(struct secure *secure)
{
    gnutls_deinit(secure->session);
    gnutls_certificate_free_credentials(secure->credentials);
    close(secure->handle);
}

/* False when the handshake fails.  `identity` NULL: no certificate.  The server is not
 * checked: that is the terminal's test. */
static inline bool secure_open(struct secure *secure, unsigned port,
                               const struct certificate *identity, const char *versions)
{
    secure->handle = talk_open_tcp(port);
    assert_int_equal(gnutls_certificate_allocate_credentials(&secure->credentials), 0);
    if (identity) {
        gnutls_datum_t certificate = {(unsigned char *)(uintptr_t)identity->certificate,
                                      (unsigned)strlen(identity->certificate)};
        gnutls_datum_t key = {(unsigned char *)(uintptr_t)identity->key,
                              (unsigned)strlen(identity->key)};
        assert_int_equal(gnutls_certificate_set_x509_key_mem(secure->credentials,
                                                             &certificate, &key,
                                                             GNUTLS_X509_FMT_PEM),
                         0);
    }
    assert_int_equal(gnutls_init(&secure->session, GNUTLS_CLIENT), 0);
    assert_int_equal(gnutls_priority_set_direct(secure->session, versions, NULL), 0);
    assert_int_equal(gnutls_credentials_set(secure->session, GNUTLS_CRD_CERTIFICATE,
                                            secure->credentials),
                     0);
    gnutls_transport_set_int(secure->session, secure->handle);
    int result;
    do {
        result = gnutls_handshake(secure->session);
    } while (result < 0 && !gnutls_error_is_fatal(result));
    return result == 0;
}

static inline void secure_send(struct secure *secure, struct bytes bytes)
{
    while (bytes.n) {
        ssize_t n = gnutls_record_send(secure->session, bytes.at, bytes.n);
        if (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED) continue;
        if (n <= 0) return;
        bytes.at += n;
        bytes.n -= (size_t)n;
    }
}

static inline struct reply secure_read(struct secure *secure)
{
    struct reply reply = {0};
    buffer_open(&reply.text, TALK_BYTES_MAX);
    for (;;) {
        uint8_t piece[4096];
        ssize_t n = gnutls_record_recv(secure->session, piece, sizeof piece);
        if (n == GNUTLS_E_INTERRUPTED) continue;
        if (n <= 0) break;
        buffer_put(&reply.text, (struct bytes){piece, (size_t)n});
    }
    reply_parse(&reply);
    return reply;
}

/* One request on a connection of its own; status 0 when there was no handshake. */
static inline struct reply secure_ask(unsigned port, const struct certificate *identity,
                                      const char *head, struct bytes body)
{
    struct secure secure;
    struct reply reply = {0};
    char text[512];
    buffer_open(&reply.text, TALK_BYTES_MAX);
    reply.body = "";
    if (secure_open(&secure, port, identity, "NORMAL:-VERS-ALL:+VERS-TLS1.3")) {
        assert_true(text_format(text, sizeof text,
                                "%s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                                "Content-Type: application/x-protobuf\r\n"
                                "Content-Length: %zu\r\n\r\n",
                                head, body.n));
        secure_send(&secure, bytes_of_text(text));
        secure_send(&secure, body);
        reply = secure_read(&secure);
    }
    secure_close(&secure);
    return reply;
}

#endif
