/* mqtt_login.c - see mqtt_login.h. */
#include "collect/mqtt_login.h"

#include "base/ensure.h"
#include "base/text.h"

#include <string.h>
#include <sys/stat.h>

enum { LOGIN_BYTES_MAX = 8192 };

static err take_line(struct mqtt_login *login, const char *line, size_t n)
{
    const struct {
        const char *word;
        char *out;
        size_t out_n;
    } words[] = {
        {"user ",        login->user,        sizeof login->user       },
        {"password ",    login->password,    sizeof login->password   },
        {"authority ",   login->authority,   sizeof login->authority  },
        {"certificate ", login->certificate, sizeof login->certificate},
        {"key ",         login->key,         sizeof login->key        },
    };

    if (n == 0 || line[0] == '#') return ERR_OK;
    for (size_t i = 0; i < COUNT(words); i++) {
        size_t word_n = strlen(words[i].word);
        if (n <= word_n || memcmp(line, words[i].word, word_n) != 0) continue;
        return text_copy_n(words[i].out, words[i].out_n, line + word_n, n - word_n)
                   ? ERR_OK
                   : ERR_FRAME;
    }
    return ERR_FRAME;
}

err mqtt_login_load(const char *folder, const char *name, struct mqtt_login *login)
{
    char logins[FILE_PATH_BYTES], path[FILE_PATH_BYTES];
    struct stat about;
    struct buffer text;

    if (!file_path(logins, folder, "logins") || !file_path(path, logins, name))
        return ERR_RANGE;
    if (stat(path, &about) != 0) return ERR_UNKNOWN;
    if (about.st_mode & (S_IRWXG | S_IRWXO)) return ERR_DENIED;
    *login = (struct mqtt_login){0};
    buffer_open(&text, LOGIN_BYTES_MAX);
    err e = file_read_whole(path, &text);
    for (size_t at = 0; at < text.n && !e;) {
        const char *line = (const char *)text.at + at;
        const char *end = memchr(line, '\n', text.n - at);
        size_t n = end ? (size_t)(end - line) : text.n - at;
        at += n + 1;
        if (n && line[n - 1] == '\r') n--;
        e = take_line(login, line, n);
    }
    if (text.at) explicit_bzero(text.at, text.n);
    buffer_close(&text);
    return e;
}
