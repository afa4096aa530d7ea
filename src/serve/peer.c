/* peer.c - see peer.h. */
#include "serve/peer.h"

#include "base/text.h"
#include "vault/token.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The common name of a DER certificate that has exactly one clean one. */
static bool common_name(const gnutls_datum_t *der, char out[CATALOG_CODE_BYTES])
{
    gnutls_x509_crt_t certificate;
    if (gnutls_x509_crt_init(&certificate) < 0) return false;
    char name[CATALOG_CODE_BYTES] = "";
    size_t n = sizeof name;
    bool good = gnutls_x509_crt_import(certificate, der, GNUTLS_X509_FMT_DER) == 0 &&
                gnutls_x509_crt_get_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0,
                                              0, name, &n) == 0;
    gnutls_x509_crt_deinit(certificate);
    return good && strlen(name) == n && catalog_code_is_valid(name) &&
           text_copy(out, CATALOG_CODE_BYTES, name);
}

void peer_ask_certificate(struct peer *peer, struct MHD_Connection *connection)
{
    if (peer->asked) return;
    peer->asked = true;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    if (!info) return;
    gnutls_session_t session = (gnutls_session_t)info->tls_session;

    unsigned status = 0, certificates_n = 0;
    if (gnutls_certificate_verify_peers2(session, &status) < 0 || status) return;
    const gnutls_datum_t *der = gnutls_certificate_get_peers(session, &certificates_n);
    if (!der || !certificates_n) return;
    if (!common_name(&der[0], peer->terminal)) return;
    sha256((struct bytes){der[0].data, der[0].size}, peer->print);
    peer->trusted = true;
}

void peer_ask_user(struct peer *peer, struct MHD_Connection *connection)
{
    if (peer->asked) return;
    peer->asked = true;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (!info) return;
    struct ucred who;
    socklen_t n = sizeof who;
    if (getsockopt(info->connect_fd, SOL_SOCKET, SO_PEERCRED, &who, &n) < 0) return;
    peer->trusted = who.uid == 0 || who.uid == geteuid();
}
