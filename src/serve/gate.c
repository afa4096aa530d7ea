/* gate.c - see gate.h.
 *
 * Order: host (against DNS rebinding on the plain door), path, method, who, right, token
 * of the session on writes, size of the body.  No header but Host, Cookie, X-CSRF-Token
 * and the body's own decides anything. */
#include "serve/gate.h"

#include "base/ensure.h"
#include "base/text.h"
#include "serve/credentials.h"
#include "serve/peer.h"
#include "serve/route.h"
#include "serve/server.h"
#include "vault/password.h"
#include "vault/token.h"

#include <string.h>
#include <strings.h>

static bool host_is_local(const char *host)
{
    static const char *const names[] = {"127.0.0.1", "localhost", "[::1]"};
    if (!host) return false;
    for (size_t i = 0; i < COUNT(names); i++) {
        size_t n = strlen(names[i]);
        if (strncasecmp(host, names[i], n) != 0) continue;
        if (host[n] == '\0') return true;
        if (host[n] == ':' && strspn(host + n + 1, "0123456789") == strlen(host + n + 1))
            return true;
    }
    return false;
}

static bool refuse(struct request *request, enum problem problem)
{
    answer_problem(request, problem, NULL, NULL);
    return false;
}

/* Whoever can open the local socket is the administrator `local`. */
static void be_local(struct request *request)
{
    struct account *account = &request->session.account;
    *account = (struct account){.role = ROLE_ADMINISTRATOR, .enabled = true};
    text_copy(account->name, sizeof account->name, "local");
    text_copy(account->full_name, sizeof account->full_name, "local");
    request->session.expires_ms = INT64_MAX;
    request->signed_in = true;
}

/* Programs show a token: "Authorization: Bearer|Token T", or as a password of Basic, or
 * in `p` of the query as InfluxDB's clients do.  False: one was shown that is none. */
static bool find_token(struct request *request)
{
    char text[TOKEN_TEXT_BYTES];
    if (!credentials_read(request, text)) return true;
    err e = tokens_find(request->server->tokens, text, &request->token);
    secret_wipe(text, sizeof text);
    return !e;
}

static void find_person(struct request *request)
{
    if (request->door == DOOR_LOCAL) {
        if (request->peer->trusted) be_local(request);
        return;
    }
    const char *token =
        MHD_lookup_connection_value(request->connection, MHD_COOKIE_KIND, SESSION_COOKIE);
    if (!token) return;
    err e = sessions_find(request->server->sessions, token, &request->session);
    request->signed_in = !e;
}

static bool token_fits(const struct request *request, const char *method)
{
    if (request->door == DOOR_LOCAL) return true;
    if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0) return true;
    const char *token = request_header(request, "X-CSRF-Token");
    size_t n = strlen(request->session.csrf_token);
    return token && n && strlen(token) == n &&
           secret_equal(token, request->session.csrf_token, n);
}

static bool person_may(struct request *request, const char *method)
{
    enum right right = request->route->right;
    if (right == RIGHT_OPEN) {
        find_person(request);
        return true;
    }
    if (right_is_for_programs(right)) {
        if (!find_token(request)) return refuse(request, PROBLEM_TOKEN);
        if (request->token.id)
            return token_has(&request->token, right) ||
                   refuse(request, PROBLEM_FORBIDDEN);
        if (right == RIGHT_METRICS && request->door == DOOR_PLAIN) return true;
    }
    find_person(request);
    if (!request->signed_in) return refuse(request, PROBLEM_SIGNED_OUT);
    const struct account *account = &request->session.account;
    if (right != RIGHT_SELF) {
        if (account->must_change_password) return refuse(request, PROBLEM_MUST_CHANGE);
        if (!role_has(account->role, right)) return refuse(request, PROBLEM_FORBIDDEN);
    }
    if (!token_fits(request, method)) return refuse(request, PROBLEM_CSRF);
    return true;
}

static bool terminal_may(struct request *request)
{
    if (request->door != DOOR_TLS) return refuse(request, PROBLEM_UNKNOWN);
    peer_ask_certificate(request->peer, request->connection);
    if (!request->peer->trusted) return refuse(request, PROBLEM_CERTIFICATE);
    err e = enrolment_check(request->server->enrolment, request->peer->terminal,
                            request->peer->print);
    if (!e) return true;
    if (e == ERR_STATE) return refuse(request, PROBLEM_DISABLED);
    answer_problem(request, PROBLEM_CERTIFICATE, "证书未登记或已被替换",
                   "The certificate is not the enrolled one");
    return false;
}

static bool size_fits(struct request *request)
{
    const char *length = request_header(request, "Content-Length");
    if (!length) return true;
    int64_t n = 0;
    if (text_to_i64(length, &n) || n < 0) return refuse(request, PROBLEM_MALFORMED);
    if (n > (int64_t)request->route->body_bytes_max)
        return refuse(request, PROBLEM_TOO_LARGE);
    return true;
}

bool gate_pass(struct request *request, const char *method)
{
    if (request->door == DOOR_PLAIN && !host_is_local(request_header(request, "Host")))
        return refuse(request, PROBLEM_HOST);
    err e = route_find(request, method);
    if (e == ERR_TYPE) {
        const char *methods = route_methods(request);
        if (methods) answer_header(request, "Allow", methods);
        return refuse(request, PROBLEM_METHOD);
    }
    if (e == ERR_UNKNOWN) return refuse(request, PROBLEM_UNKNOWN);
    if (e) return refuse(request, PROBLEM_BUSY);

    bool may = request->route->right == RIGHT_TERMINAL ? terminal_may(request)
                                                       : person_may(request, method);
    return may && size_fits(request);
}
