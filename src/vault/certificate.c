/* certificate.c - the authority's folder.
 *
 * A key is always written before its certificate.  So a crash leaves either nothing, a
 * key without a certificate (used again), or a pair; an authority's certificate without
 * its key is damage and never quietly replaced, since all terminals trust it. */
#include "vault/certificate.h"

#include "base/ensure.h"
#include "base/file.h"
#include "base/text.h"
#include "vault/certificate_make.h"
#include "vault/password.h"
#include "vault/token.h"

#include <string.h>

enum { AUTHORITY_DAYS = 20 * 365 + 5, SERVER_DAYS = 730, TERMINAL_DAYS = 3 * 365 };

enum { COMMON_NAME_BYTES_MAX = 63 };

static const int64_t day_ms = 86400000;
static const char authority_stem[] = "authority", server_stem[] = "server";

static bool path_of(char out[FILE_PATH_BYTES], const char *folder, const char *stem,
                    const char *ending)
{
    char name[32];
    return text_format(name, sizeof name, "%s.%s", stem, ending) &&
           file_path(out, folder, name);
}

/* ERR_UNKNOWN when the file is not there. */
static err read_part(const char *folder, const char *stem, const char *ending,
                     struct identity *identity)
{
    char path[FILE_PATH_BYTES];
    if (!path_of(path, folder, stem, ending)) return ERR_RANGE;
    struct buffer text;
    buffer_open(&text, CERTIFICATE_PEM_BYTES);
    err e = file_read_whole(path, &text);
    if (e == ERR_FULL) e = ERR_CORRUPT;
    if (!e && strcmp(ending, "key") == 0)
        e = identity_read_key(buffer_bytes(&text), identity);
    else if (!e)
        e = identity_read_certificate(buffer_bytes(&text), identity);
    if (text.at) secret_wipe(text.at, text.n);
    buffer_close(&text);
    return e;
}

static err write_part(const char *folder, const char *stem, const char *ending,
                      const char *text)
{
    char path[FILE_PATH_BYTES];
    if (!path_of(path, folder, stem, ending)) return ERR_RANGE;
    return file_replace(path, bytes_of_text(text));
}

static err write_pair(const char *folder, const char *stem,
                      const struct identity *identity)
{
    char text[CERTIFICATE_PEM_BYTES];
    err e = identity_key_text(identity, text);
    if (!e) e = write_part(folder, stem, "key", text);
    secret_wipe(text, sizeof text);
    if (!e) e = identity_certificate_text(identity, text);
    if (!e) e = write_part(folder, stem, "pem", text);
    return e;
}

/* Both parts as far as they are there. */
static err read_pair(const char *folder, const char *stem, struct identity *identity)
{
    err e = read_part(folder, stem, "key", identity);
    if (e == ERR_UNKNOWN) e = ERR_OK;
    if (!e) e = read_part(folder, stem, "pem", identity);
    return e == ERR_UNKNOWN ? ERR_OK : e;
}

/* Renewed (same key, same name: what it signed stays valid) once a terminal's certificate
 * would outlive it. */
static err authority_ready(const char *folder, int64_t now_ms, struct identity *authority)
{
    err e = read_pair(folder, authority_stem, authority);
    if (e) return e;
    if (authority->certificate) {
        if (!identity_is_whole(authority, authority)) return ERR_CORRUPT;
        int64_t left_ms = identity_left_ms(authority, now_ms);
        if (left_ms > (TERMINAL_DAYS + 1) * day_ms) return ERR_OK;
    }
    struct identity_request request = {
        .use = IDENTITY_AUTHORITY, .now_ms = now_ms, .days = AUTHORITY_DAYS};
    e = identity_make(&request, NULL, authority);
    return e ? e : write_pair(folder, authority_stem, authority);
}

static bool server_is_good(const struct identity *server,
                           const struct identity *authority, const char *names,
                           int64_t now_ms)
{
    return identity_is_whole(server, authority) && identity_has_names(server, names) &&
           identity_left_ms(server, now_ms) > 60 * day_ms;
}

static err server_ready(const char *folder, const char *names, int64_t now_ms,
                        const struct identity *authority)
{
    struct identity server = {0};
    err e = read_pair(folder, server_stem, &server);
    if (!e && server_is_good(&server, authority, names, now_ms)) {
        identity_close(&server);
        return ERR_OK;
    }
    identity_close(&server); /* a damaged one is simply made anew */
    if (e && e != ERR_CORRUPT) return e;

    struct identity_request request = {.use = IDENTITY_SERVER,
                                       .common_name = "heatnet server",
                                       .names = names,
                                       .now_ms = now_ms,
                                       .days = SERVER_DAYS};
    e = identity_make(&request, authority, &server);
    if (!e) e = write_pair(folder, server_stem, &server);
    identity_close(&server);
    return e;
}

err authority_open(const char *folder, const char *names, int64_t now_ms)
{
    ensure(folder != NULL);
    ensure(names != NULL);

    struct identity authority = {0};
    err e = folder_make(folder);
    if (!e) e = authority_ready(folder, now_ms, &authority);
    if (!e) e = server_ready(folder, names, now_ms, &authority);
    identity_close(&authority);
    return e;
}

static err print_of(const struct identity *identity,
                    uint8_t print[CERTIFICATE_PRINT_BYTES])
{
    unsigned char *der = NULL;
    int der_n = i2d_X509(identity->certificate, &der);
    if (der_n <= 0) return ERR_MEMORY;
    sha256((struct bytes){der, (size_t)der_n}, print);
    OPENSSL_free(der);
    return ERR_OK;
}

static err issue(const struct identity *authority, const char *terminal, int64_t now_ms,
                 struct certificate *out)
{
    struct identity made = {0};
    struct identity_request request = {.use = IDENTITY_TERMINAL,
                                       .common_name = terminal,
                                       .now_ms = now_ms,
                                       .days = TERMINAL_DAYS};
    struct certificate certificate;
    err e = identity_make(&request, authority, &made);
    if (!e) e = identity_certificate_text(&made, certificate.certificate);
    if (!e) e = identity_key_text(&made, certificate.key);
    if (!e) e = print_of(&made, certificate.print);
    if (!e) *out = certificate;
    secret_wipe(&certificate, sizeof certificate);
    identity_close(&made);
    return e;
}

err authority_issue(const char *folder, const char *terminal, int64_t now_ms,
                    struct certificate *out)
{
    ensure(folder != NULL);
    ensure(terminal != NULL);
    ensure(out != NULL);

    size_t n = strlen(terminal);
    if (n == 0 || n > COMMON_NAME_BYTES_MAX || !text_is_clean(terminal, n))
        return ERR_RANGE;

    struct identity authority = {0};
    err e = read_part(folder, authority_stem, "key", &authority);
    if (!e) e = read_part(folder, authority_stem, "pem", &authority);
    if (!e && !identity_is_whole(&authority, &authority)) e = ERR_CORRUPT;
    if (!e) e = issue(&authority, terminal, now_ms, out);
    identity_close(&authority);
    return e;
}
