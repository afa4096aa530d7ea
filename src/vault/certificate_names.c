/* certificate_names.c - built by hand and not through OpenSSL's configuration syntax, so
 * that a name can never smuggle in an extension. */
#include "vault/certificate_names.h"

#include "base/ensure.h"
#include "base/text.h"

#include <ctype.h>
#include <string.h>

enum { NAME_BYTES = 254, LABEL_BYTES_MAX = 63 };

static bool label_is_valid(const char *at, size_t n)
{
    if (n == 0 || n > LABEL_BYTES_MAX || at[0] == '-' || at[n - 1] == '-') return false;
    for (size_t i = 0; i < n; i++) {
        if (!isalnum((unsigned char)at[i]) && at[i] != '-' && at[i] != '_') return false;
    }
    return true;
}

static bool dns_is_valid(const char *name)
{
    for (;;) {
        size_t n = strcspn(name, ".");
        if (!label_is_valid(name, n)) return false;
        if (name[n] == '\0') return true;
        name += n + 1;
    }
}

static GENERAL_NAME *name_make(int type, ASN1_STRING *value)
{
    GENERAL_NAME *name = value ? GENERAL_NAME_new() : NULL;
    if (name) GENERAL_NAME_set0_value(name, type, value);
    if (!name) ASN1_STRING_free(value);
    return name;
}

/* NULL when out of memory. */
static GENERAL_NAME *dns_make(const char *text)
{
    ASN1_STRING *value = ASN1_IA5STRING_new();
    if (value && !ASN1_STRING_set(value, text, -1)) {
        ASN1_STRING_free(value);
        value = NULL;
    }
    return name_make(GEN_DNS, value);
}

static err name_add(GENERAL_NAMES *names, const char *text)
{
    GENERAL_NAME *name;
    ASN1_OCTET_STRING *address = a2i_IPADDRESS(text);
    if (address)
        name = name_make(GEN_IPADD, address);
    else if (dns_is_valid(text))
        name = dns_make(text);
    else
        return ERR_RANGE;
    if (name && sk_GENERAL_NAME_push(names, name) > 0) return ERR_OK;
    GENERAL_NAME_free(name);
    return ERR_MEMORY;
}

static err names_add(GENERAL_NAMES *names, const char *text)
{
    err e = ERR_OK;
    while (!e) {
        text += strspn(text, " ");
        size_t n = strcspn(text, ", ");
        char name[NAME_BYTES];
        if (!text_copy_n(name, sizeof name, text, n)) return ERR_RANGE;
        e = name_add(names, name);
        text += n;
        text += strspn(text, " ");
        if (*text == '\0') return e;
        if (*text != ',') return ERR_RANGE;
        text++;
    }
    return e;
}

err names_parse(const char *text, GENERAL_NAMES **names)
{
    ensure(text != NULL);
    ensure(names != NULL);

    GENERAL_NAMES *made = sk_GENERAL_NAME_new_null();
    err e = made ? names_add(made, text) : ERR_MEMORY;
    if (e)
        GENERAL_NAMES_free(made);
    else
        *names = made;
    return e;
}

bool names_equal(GENERAL_NAMES *a, GENERAL_NAMES *b)
{
    int n = sk_GENERAL_NAME_num(a);
    if (n != sk_GENERAL_NAME_num(b)) return false;
    for (int i = 0; i < n; i++) {
        GENERAL_NAME *one = sk_GENERAL_NAME_value(a, i);
        if (GENERAL_NAME_cmp(one, sk_GENERAL_NAME_value(b, i)) != 0) return false;
    }
    return true;
}
