/* certificate_make.c - OpenSSL's X509 and EVP, driven from one table of uses. */
#include "vault/certificate_make.h"

#include "base/ensure.h"
#include "base/text.h"
#include "vault/certificate_names.h"
#include "vault/token.h"

enum { SERIAL_BYTES = 16, NAME_BYTES = 64, DAY_S = 86400 };

struct extension {
    int nid;
    const char *value; /* OpenSSL's configuration syntax; none of it comes from outside */
};

/* Key identifiers last: the authority's own must be there when its children ask for it.
 */
static const struct extension extensions[][5] = {
    [IDENTITY_AUTHORITY] = {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                            {NID_key_usage, "critical,keyCertSign,cRLSign"},
                            {NID_subject_key_identifier, "hash"},
                            {NID_authority_key_identifier, "keyid:always"}},
    [IDENTITY_SERVER] = { {NID_basic_constraints, "critical,CA:FALSE"},
                            {NID_key_usage, "critical,digitalSignature"},
                            {NID_ext_key_usage, "serverAuth"},
                            {NID_subject_key_identifier, "hash"},
                            {NID_authority_key_identifier, "keyid:always"}},
    [IDENTITY_TERMINAL] = { {NID_basic_constraints, "critical,CA:FALSE"},
                            {NID_key_usage, "critical,digitalSignature"},
                            {NID_ext_key_usage, "clientAuth"},
                            {NID_subject_key_identifier, "hash"},
                            {NID_authority_key_identifier, "keyid:always"}},
};

void identity_close(struct identity *identity)
{
    ensure(identity != NULL);

    X509_free(identity->certificate);
    EVP_PKEY_free(identity->key);
    *identity = (struct identity){0};
}

/* The same key always gives the same name, so a renewed authority keeps its subject. */
static bool authority_name(EVP_PKEY *key, char out[NAME_BYTES])
{
    unsigned char *der = NULL;
    int der_n = i2d_PUBKEY(key, &der);
    if (der_n <= 0) return false;
    uint8_t print[CERTIFICATE_PRINT_BYTES];
    sha256((struct bytes){der, (size_t)der_n}, print);
    OPENSSL_free(der);
    char hex[9];
    bytes_to_hex((struct bytes){print, 4}, hex);
    return text_format(out, NAME_BYTES, "heatnet authority %s", hex);
}

static bool set_subject(X509 *certificate, const char *common_name)
{
    X509_NAME *name = X509_get_subject_name(certificate);
    return X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8,
                                      (const unsigned char *)"heatnet", -1, -1, 0) &&
           X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                      (const unsigned char *)common_name, -1, -1, 0);
}

static bool set_serial(X509 *certificate)
{
    uint8_t bytes[SERIAL_BYTES];
    random_bytes(bytes, sizeof bytes);
    bytes[0] = (uint8_t)((bytes[0] & 0x7f) | 0x40); /* positive, of full length */
    BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, NULL);
    bool done = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
    BN_free(number);
    return done;
}

/* From a day ago, so that a terminal with a slow clock may start at once. */
static bool set_validity(X509 *certificate, int64_t now_ms, int days)
{
    time_t now_s = (time_t)(now_ms / 1000);
    return ASN1_TIME_adj(X509_getm_notBefore(certificate), now_s, -1, 0) &&
           ASN1_TIME_adj(X509_getm_notAfter(certificate), now_s, days, 0);
}

static bool add_extensions(X509 *certificate, X509 *issuer, enum identity_use use)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509V3_set_ctx_nodb(&context);
    for (size_t i = 0; i < COUNT(extensions[use]); i++) {
        const struct extension *row = &extensions[use][i];
        if (row->value == NULL) break;
        X509_EXTENSION *made = X509V3_EXT_conf_nid(NULL, &context, row->nid, row->value);
        bool added = made && X509_add_ext(certificate, made, -1);
        X509_EXTENSION_free(made);
        if (!added) return false;
    }
    return true;
}

static err add_names(X509 *certificate, const char *names)
{
    GENERAL_NAMES *list = NULL;
    err e = names_parse(names, &list);
    if (!e && X509_add1_ext_i2d(certificate, NID_subject_alt_name, list, 0, 0) != 1) {
        e = ERR_MEMORY;
    }
    GENERAL_NAMES_free(list);
    return e;
}

static err fill(X509 *certificate, const struct identity_request *request,
                const struct identity *signer, EVP_PKEY *key)
{
    char own_name[NAME_BYTES];
    const char *common_name = request->common_name;
    if (common_name == NULL) {
        if (!authority_name(key, own_name)) return ERR_MEMORY;
        common_name = own_name;
    }
    bool done =
        X509_set_version(certificate, X509_VERSION_3) && set_serial(certificate) &&
        set_validity(certificate, request->now_ms, request->days) &&
        set_subject(certificate, common_name) && X509_set_pubkey(certificate, key) &&
        X509_set_issuer_name(certificate, X509_get_subject_name(signer->certificate)) &&
        add_extensions(certificate, signer->certificate, request->use);
    if (!done) return ERR_MEMORY;
    if (request->names == NULL) return ERR_OK;
    return add_names(certificate, request->names);
}

err identity_make(const struct identity_request *request,
                  const struct identity *authority, struct identity *identity)
{
    ensure(request != NULL);
    ensure(identity != NULL);
    ensure(authority != NULL || request->use == IDENTITY_AUTHORITY);

    if (!identity->key) identity->key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    struct identity self = {certificate, identity->key};
    const struct identity *signer = authority ? authority : &self;

    err e = identity->key && certificate ? ERR_OK : ERR_MEMORY;
    if (!e) e = fill(certificate, request, signer, identity->key);
    if (!e && X509_sign(certificate, signer->key, EVP_sha256()) == 0) e = ERR_MEMORY;
    if (e) {
        X509_free(certificate);
        return e;
    }
    X509_free(identity->certificate);
    identity->certificate = certificate;
    return ERR_OK;
}

bool identity_is_whole(const struct identity *identity, const struct identity *authority)
{
    if (!identity->certificate || !identity->key) return false;
    if (X509_check_private_key(identity->certificate, identity->key) != 1) return false;
    if (X509_check_issued(authority->certificate, identity->certificate) != X509_V_OK) {
        return false;
    }
    EVP_PKEY *signer = X509_get0_pubkey(authority->certificate);
    return signer && X509_verify(identity->certificate, signer) == 1;
}

bool identity_has_names(const struct identity *identity, const char *names)
{
    GENERAL_NAMES *want = NULL;
    if (names_parse(names, &want)) return false;
    GENERAL_NAMES *have =
        X509_get_ext_d2i(identity->certificate, NID_subject_alt_name, NULL, NULL);
    bool same = have && names_equal(have, want);
    GENERAL_NAMES_free(want);
    GENERAL_NAMES_free(have);
    return same;
}

int64_t identity_left_ms(const struct identity *identity, int64_t now_ms)
{
    ASN1_TIME *now = ASN1_TIME_set(NULL, (time_t)(now_ms / 1000));
    int days = -1, seconds = 0;
    if (now) {
        int known = ASN1_TIME_diff(&days, &seconds, now,
                                   X509_get0_notAfter(identity->certificate));
        if (!known) days = -1;
    }
    ASN1_TIME_free(now);
    return ((int64_t)days * DAY_S + seconds) * 1000;
}

static err take_text(BIO *bio, bool written, char out[CERTIFICATE_PEM_BYTES])
{
    out[0] = '\0';
    char *text;
    long n = written ? BIO_get_mem_data(bio, &text) : 0;
    if (n <= 0) return ERR_MEMORY;
    return text_copy_n(out, CERTIFICATE_PEM_BYTES, text, (size_t)n) ? ERR_OK : ERR_FULL;
}

err identity_certificate_text(const struct identity *identity,
                              char out[CERTIFICATE_PEM_BYTES])
{
    BIO *bio = BIO_new(BIO_s_mem());
    err e = take_text(bio, bio && PEM_write_bio_X509(bio, identity->certificate), out);
    BIO_free(bio);
    return e;
}

err identity_key_text(const struct identity *identity, char out[CERTIFICATE_PEM_BYTES])
{
    BIO *bio = BIO_new(BIO_s_secmem());
    bool written =
        bio && PEM_write_bio_PrivateKey(bio, identity->key, NULL, NULL, 0, NULL, NULL);
    err e = take_text(bio, written, out);
    BIO_free(bio);
    return e;
}

err identity_read_certificate(struct bytes pem, struct identity *identity)
{
    ensure(identity->certificate == NULL);

    BIO *bio = BIO_new_mem_buf(pem.at, (int)pem.n);
    if (bio) identity->certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    BIO_free(bio);
    return identity->certificate ? ERR_OK : ERR_CORRUPT;
}

err identity_read_key(struct bytes pem, struct identity *identity)
{
    ensure(identity->key == NULL);

    BIO *bio = BIO_new_mem_buf(pem.at, (int)pem.n);
    if (bio) identity->key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    BIO_free(bio);
    return identity->key ? ERR_OK : ERR_CORRUPT;
}
