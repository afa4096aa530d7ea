/* certificate_test.c - the authority's folder, and real TLS 1.3 between its certificates.
 */
#include "vault/certificate.h"

#include "base/ensure.h"
#include "base/file.h"
#include "check.h"
#include "vault/openssl_x509.h"
#include "vault/token.h"

#define ERR_STATE openssl_err_state
#include <openssl/ssl.h>
#undef ERR_STATE

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char names[] = "127.0.0.1,::1,localhost,heat.example";
static const int64_t day_ms = 86400000;

struct folder {
    char path[64];
};

static int64_t now_ms(void)
{
    return (int64_t)time(NULL) * 1000;
}

static int open_folder(void **state)
{
    struct folder *folder = calloc(1, sizeof *folder);
    memcpy(folder->path, "/tmp/certificate_test.XXXXXX", 29);
    *state = folder;
    return mkdtemp(folder->path) ? 0 : -1;
}

static err remove_one(void *context, const char *name)
{
    char path[FILE_PATH_BYTES];
    struct folder *folder = context;
    return file_path(path, folder->path, name) ? file_remove(path) : ERR_RANGE;
}

static int close_folder(void **state)
{
    struct folder *folder = *state;
    err e = folder_each(folder->path, remove_one, folder);
    rmdir(folder->path);
    free(folder);
    return e ? -1 : 0;
}

static void read_text(const struct folder *folder, const char *name, char *out,
                      size_t out_n)
{
    char path[FILE_PATH_BYTES];
    struct buffer text;
    buffer_open(&text, out_n - 1);
    assert_true(file_path(path, folder->path, name));
    assert_int_equal(file_read_whole(path, &text), ERR_OK);
    memcpy(out, text.at, text.n);
    out[text.n] = '\0';
    buffer_close(&text);
}

static void write_text(const struct folder *folder, const char *name, const char *text)
{
    char path[FILE_PATH_BYTES];
    assert_true(file_path(path, folder->path, name));
    assert_int_equal(file_replace(path, bytes_of_text(text)), ERR_OK);
}

static X509 *x509_of(const char *pem)
{
    BIO *bio = BIO_new_mem_buf(pem, -1);
    X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    BIO_free(bio);
    assert_non_null(certificate);
    return certificate;
}

static SSL_CTX *tls_context(const char *authority, const char *certificate,
                            const char *key)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    assert_non_null(context);
    assert_int_equal(SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION), 1);
    X509 *trusted = x509_of(authority);
    assert_int_equal(X509_STORE_add_cert(SSL_CTX_get_cert_store(context), trusted), 1);
    X509_free(trusted);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    if (certificate == NULL) return context;

    X509 *own = x509_of(certificate);
    BIO *bio = BIO_new_mem_buf(key, -1);
    EVP_PKEY *own_key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    BIO_free(bio);
    assert_int_equal(SSL_CTX_use_certificate(context, own), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(context, own_key), 1);
    assert_int_equal(SSL_CTX_check_private_key(context), 1);
    X509_free(own);
    EVP_PKEY_free(own_key);
    return context;
}

static void join(SSL *client, SSL *server)
{
    BIO *client_end, *server_end;
    assert_int_equal(BIO_new_bio_pair(&client_end, 0, &server_end, 0), 1);
    SSL_set_bio(client, client_end, client_end);
    SSL_set_bio(server, server_end, server_end);
    SSL_set_connect_state(client);
    SSL_set_accept_state(server);
}

/* Both sides shake hands and the server has read a byte of the client. */
static bool handshake(SSL_CTX *server_context, SSL_CTX *client_context, const char *host)
{
    SSL *client = SSL_new(client_context), *server = SSL_new(server_context);
    bool is_address = host[0] >= '0' && host[0] <= '9';
    X509_VERIFY_PARAM *wanted = SSL_get0_param(client);
    assert_int_equal(is_address ? X509_VERIFY_PARAM_set1_ip_asc(wanted, host)
                                : X509_VERIFY_PARAM_set1_host(wanted, host, 0),
                     1);
    join(client, server);
    char byte = 0;
    for (int i = 0; i < 10 && byte == 0; i++) {
        if (SSL_do_handshake(client) == 1) (void)SSL_write(client, "x", 1);
        if (SSL_do_handshake(server) == 1) (void)SSL_read(server, &byte, 1);
    }
    SSL_free(client);
    SSL_free(server);
    return byte == 'x';
}

struct texts {
    char authority[CERTIFICATE_PEM_BYTES], server[CERTIFICATE_PEM_BYTES];
    char server_key[CERTIFICATE_PEM_BYTES];
    struct certificate terminal;
};

static void make_all(const struct folder *folder, struct texts *texts)
{
    assert_int_equal(authority_open(folder->path, names, now_ms()), ERR_OK);
    assert_int_equal(authority_issue(folder->path, "T1", now_ms(), &texts->terminal),
                     ERR_OK);
    read_text(folder, "authority.pem", texts->authority, sizeof texts->authority);
    read_text(folder, "server.pem", texts->server, sizeof texts->server);
    read_text(folder, "server.key", texts->server_key, sizeof texts->server_key);
}

static void terminals_and_server_speak_tls13(void **state)
{
    static const struct {
        const char *host;
        bool fits;
    } rows[] = {
        {"127.0.0.1",     true },
        {"localhost",     true },
        {"heat.example",  true },
        {"127.0.0.2",     false},
        {"other.example", false},
    };
    struct texts texts;
    make_all(*state, &texts);
    SSL_CTX *server = tls_context(texts.authority, texts.server, texts.server_key);
    SSL_CTX *client =
        tls_context(texts.authority, texts.terminal.certificate, texts.terminal.key);
    for (size_t i = 0; i < COUNT(rows); i++)
        CHECK_EQ(rows[i].host, handshake(server, client, rows[i].host), rows[i].fits);
    SSL_CTX_free(client);
    SSL_CTX_free(server);
}

static void strangers_are_refused(void **state)
{
    struct texts texts, others;
    make_all(*state, &texts);
    void *other_folder;
    assert_int_equal(open_folder(&other_folder), 0);
    make_all(other_folder, &others);

    SSL_CTX *server = tls_context(texts.authority, texts.server, texts.server_key);
    SSL_CTX *foreign =
        tls_context(texts.authority, others.terminal.certificate, others.terminal.key);
    SSL_CTX *nobody = tls_context(texts.authority, NULL, NULL);
    /* A server's certificate is not one of a terminal. */
    SSL_CTX *posing = tls_context(texts.authority, texts.server, texts.server_key);
    assert_false(handshake(server, foreign, "localhost"));
    assert_false(handshake(server, nobody, "localhost"));
    assert_false(handshake(server, posing, "localhost"));
    SSL_CTX_free(posing);
    SSL_CTX_free(nobody);
    SSL_CTX_free(foreign);
    SSL_CTX_free(server);
    assert_int_equal(close_folder(&other_folder), 0);
}

static void a_terminal_has_its_code_and_print(void **state)
{
    struct texts texts;
    make_all(*state, &texts);
    X509 *certificate = x509_of(texts.terminal.certificate);
    char name[64];
    assert_true(X509_NAME_get_text_by_NID(X509_get_subject_name(certificate),
                                          NID_commonName, name, sizeof name) > 0);
    assert_string_equal(name, "T1");
    unsigned char *der = NULL;
    int der_n = i2d_X509(certificate, &der);
    uint8_t print[32];
    sha256((struct bytes){der, (size_t)der_n}, print);
    assert_memory_equal(print, texts.terminal.print, sizeof print);
    uint32_t use = X509_get_extended_key_usage(certificate);
    assert_int_equal(use, XKU_SSL_CLIENT);
    assert_int_equal(X509_get_key_usage(certificate), KU_DIGITAL_SIGNATURE);
    OPENSSL_free(der);
    X509_free(certificate);
}

static err mode_is_0600(void *context, const char *name)
{
    char path[FILE_PATH_BYTES];
    struct folder *folder = context;
    struct stat stat_of;
    assert_true(file_path(path, folder->path, name));
    assert_int_equal(stat(path, &stat_of), 0);
    assert_int_equal(stat_of.st_mode & 0777, 0600);
    return ERR_OK;
}

static void files_are_the_owners_only(void **state)
{
    struct texts texts;
    make_all(*state, &texts);
    assert_int_equal(folder_each(((struct folder *)*state)->path, mode_is_0600, *state),
                     ERR_OK);
}

static void opening_again_keeps_or_renews(void **state)
{
    struct folder *folder = *state;
    struct texts first, later;
    make_all(folder, &first);
    make_all(folder, &later);
    assert_string_equal(first.authority, later.authority);
    assert_string_equal(first.server, later.server);

    /* Other names, or its end near: a new server certificate, the same authority. */
    assert_int_equal(authority_open(folder->path, "localhost", now_ms()), ERR_OK);
    read_text(folder, "server.pem", later.server, sizeof later.server);
    assert_string_not_equal(first.server, later.server);
    read_text(folder, "server.pem", first.server, sizeof first.server);
    assert_int_equal(authority_open(folder->path, "localhost", now_ms() + 700 * day_ms),
                     ERR_OK);
    read_text(folder, "server.pem", later.server, sizeof later.server);
    assert_string_not_equal(first.server, later.server);
    read_text(folder, "authority.pem", later.authority, sizeof later.authority);
    assert_string_equal(first.authority, later.authority);
}

static void a_renewed_authority_still_vouches(void **state)
{
    struct folder *folder = *state;
    struct texts first;
    make_all(folder, &first);
    int64_t later_ms = now_ms() + 18 * 365 * day_ms;
    char renewed[CERTIFICATE_PEM_BYTES];
    assert_int_equal(authority_open(folder->path, names, later_ms), ERR_OK);
    read_text(folder, "authority.pem", renewed, sizeof renewed);
    assert_string_not_equal(first.authority, renewed);
    X509 *authority = x509_of(renewed), *terminal = x509_of(first.terminal.certificate);
    assert_int_equal(X509_check_issued(authority, terminal), X509_V_OK);
    assert_int_equal(X509_verify(terminal, X509_get0_pubkey(authority)), 1);
    X509_free(terminal);
    X509_free(authority);
}

static void damage_is_told_or_repaired(void **state)
{
    struct folder *folder = *state;
    struct texts texts;
    make_all(folder, &texts);

    write_text(folder, "server.pem", "not a certificate");
    assert_int_equal(authority_open(folder->path, names, now_ms()), ERR_OK);
    read_text(folder, "server.pem", texts.server, sizeof texts.server);
    assert_non_null(strstr(texts.server, "BEGIN CERTIFICATE"));

    /* The server's key in place of the authority's: nothing may be made anew. */
    read_text(folder, "server.key", texts.server_key, sizeof texts.server_key);
    write_text(folder, "authority.key", texts.server_key);
    struct certificate out;
    assert_int_equal(authority_open(folder->path, names, now_ms()), ERR_CORRUPT);
    assert_int_equal(authority_issue(folder->path, "T2", now_ms(), &out), ERR_CORRUPT);
    read_text(folder, "authority.pem", texts.server, sizeof texts.server);
    assert_string_equal(texts.server, texts.authority);
}

static void bad_names_are_refused(void **state)
{
    static const char *const rows[] = {
        "",           ",",           "a,,b", "a b",          "-a.example",
        "a..example", "DNS:a",       "a\n",  "email:x@y.de", "localhost,otherName:1",
        "300.1.1.1.", "a/b.example",
    };
    struct folder *folder = *state;
    for (size_t i = 0; i < COUNT(rows); i++)
        CHECK_EQ(rows[i], authority_open(folder->path, rows[i], now_ms()), ERR_RANGE);
    struct certificate out;
    assert_int_equal(authority_open(folder->path, names, now_ms()), ERR_OK);
    assert_int_equal(authority_issue(folder->path, "", now_ms(), &out), ERR_RANGE);
    assert_int_equal(authority_issue(folder->path, "a\nb", now_ms(), &out), ERR_RANGE);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, open_folder, close_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(terminals_and_server_speak_tls13),
        IN_FOLDER(strangers_are_refused),
        IN_FOLDER(a_terminal_has_its_code_and_print),
        IN_FOLDER(files_are_the_owners_only),
        IN_FOLDER(opening_again_keeps_or_renews),
        IN_FOLDER(a_renewed_authority_still_vouches),
        IN_FOLDER(damage_is_told_or_repaired),
        IN_FOLDER(bad_names_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
