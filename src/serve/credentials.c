/* credentials.c - see credentials.h. */
#include "serve/credentials.h"

#include "base/text.h"

#include <string.h>
#include <strings.h>

enum { BASIC_BYTES = 256 };

static int base64_digit(char c)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* RFC 4648, up to the first character that is none of it; out ends with NUL. */
static void base64_read(const char *in, char *out, size_t out_n)
{
    uint32_t bits = 0;
    unsigned bits_n = 0;
    size_t n = 0;
    for (int digit; (digit = base64_digit(*in)) >= 0 && n + 1 < out_n; in++) {
        bits = bits << 6 | (uint32_t)digit;
        bits_n += 6;
        if (bits_n < 8) continue;
        bits_n -= 8;
        out[n++] = (char)(bits >> bits_n & 0xff);
    }
    out[n] = '\0';
}

static void basic_read(const char *code, char text[TOKEN_TEXT_BYTES])
{
    char plain[BASIC_BYTES];
    base64_read(code, plain, sizeof plain);
    const char *colon = strchr(plain, ':');
    text_copy(text, TOKEN_TEXT_BYTES, colon ? colon + 1 : "");
}

bool credentials_read(const struct request *request, char text[TOKEN_TEXT_BYTES])
{
    const char *header = request_header(request, "Authorization");
    if (!header) {
        const char *password = request_query(request, "p");
        if (!password || !password[0]) return false;
        text_copy(text, TOKEN_TEXT_BYTES, password);
        return true;
    }
    size_t n = strcspn(header, " ");
    const char *rest = header + n + strspn(header + n, " ");
    if (n == 5 && strncasecmp(header, "Basic", n) == 0)
        basic_read(rest, text);
    else
        text_copy(text, TOKEN_TEXT_BYTES, rest);
    return true;
}
