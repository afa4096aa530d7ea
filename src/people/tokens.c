/* tokens.c - see tokens.h. */
#include "people/tokens.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/thread.h"
#include "store/database.h"
#include "vault/password.h"
#include "vault/token.h"

#include <string.h>

enum { HASH_BYTES = 32 };

static const char prefix[] = "hnt_";

static const struct migration migrations[] = {
    {"people.003_tokens",
     "CREATE TABLE api_token (id INTEGER PRIMARY KEY AUTOINCREMENT,"
     " name TEXT(128) NOT NULL UNIQUE, token_hash BLOB(32) NOT NULL UNIQUE,"
     " reads INTEGER NOT NULL, writes INTEGER NOT NULL, creates INTEGER NOT NULL,"
     " made_by TEXT NOT NULL, made_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL);"},
};

static const struct statement all = {
    "tokens.all", "SELECT id, name, token_hash, reads, writes, creates, made_by, made_ms,"
                  " expires_ms FROM api_token ORDER BY id"};
static const struct statement addition = {
    "tokens.add", "INSERT INTO api_token (name, token_hash, reads, writes, creates,"
                  " made_by, made_ms, expires_ms)"
                  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"};
static const struct statement removal = {"tokens.remove",
                                         "DELETE FROM api_token WHERE id = ?1"};

struct entry {
    struct api_token token;
    uint8_t hash[HASH_BYTES];
};

struct tokens {
    const struct clock *clock;
    struct lock lock;       /* of the table */
    struct lock write_lock; /* of the database; taken first */
    struct database *database;
    size_t n;
    struct entry *at; /* TOKENS_MAX of them, in order of id */
};

static void read_entry(struct query *query, struct entry *entry)
{
    struct api_token *token = &entry->token;
    token->id = (uint32_t)query_i64(query, 0);
    text_copy(token->name, sizeof token->name, query_text(query, 1));
    token->reads = query_i64(query, 3) != 0;
    token->writes = query_i64(query, 4) != 0;
    token->creates = query_i64(query, 5) != 0;
    text_copy(token->made_by, sizeof token->made_by, query_text(query, 6));
    token->made_ms = query_i64(query, 7);
    token->expires_ms = query_i64(query, 8);
}

static err load(struct tokens *tokens)
{
    struct query *query = NULL;
    err kept = ERR_OK, e = query_open(tokens->database, &all, &query);
    if (e) return e;
    while (!kept && query_row(query)) {
        struct bytes hash = query_bytes(query, 2);
        if (hash.n != HASH_BYTES || tokens->n == TOKENS_MAX) kept = ERR_CORRUPT;
        if (kept) break;
        struct entry *entry = &tokens->at[tokens->n++];
        memcpy(entry->hash, hash.at, HASH_BYTES);
        read_entry(query, entry);
    }
    e = query_close(query);
    return kept ? kept : e;
}

err tokens_open(const char *database_path, const struct clock *clock,
                struct tokens **tokens)
{
    struct tokens *made = memory_new(1, sizeof *made);
    if (!made) return ERR_MEMORY;
    made->clock = clock;
    lock_open(&made->lock);
    lock_open(&made->write_lock);
    made->at = memory_new(TOKENS_MAX, sizeof *made->at);
    err e = made->at ? database_open(database_path, &made->database) : ERR_MEMORY;
    if (!e) e = database_migrate(made->database, migrations, COUNT(migrations));
    if (!e) e = load(made);
    if (e)
        tokens_close(made);
    else
        *tokens = made;
    return e;
}

void tokens_close(struct tokens *tokens)
{
    if (!tokens) return;
    database_close(tokens->database);
    lock_close(&tokens->write_lock);
    lock_close(&tokens->lock);
    memory_free(tokens->at);
    memory_free(tokens);
}

static bool name_is_valid(const char *name)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    return name[0] && strspn(name, allowed) == strlen(name);
}

static err store(struct tokens *tokens, struct entry *entry)
{
    const struct api_token *token = &entry->token;
    struct query *query = NULL;
    err e = query_open(tokens->database, &addition, &query);
    if (e) return e;
    query_bind_text(query, token->name);
    query_bind_bytes(query, (struct bytes){entry->hash, HASH_BYTES});
    query_bind_i64(query, token->reads);
    query_bind_i64(query, token->writes);
    query_bind_i64(query, token->creates);
    query_bind_text(query, token->made_by);
    query_bind_i64(query, token->made_ms);
    query_bind_i64(query, token->expires_ms);
    e = query_run(query);
    if (!e) entry->token.id = (uint32_t)database_last_id(tokens->database);
    return e;
}

err tokens_add(struct tokens *tokens, struct api_token *token,
               char text[TOKEN_TEXT_BYTES])
{
    struct entry entry = {.token = *token};
    char secret[65];
    entry.token.made_ms = clock_utc_ms(tokens->clock);
    entry.token.used_ms = 0;
    if (!name_is_valid(token->name) || (!token->reads && !token->writes))
        return ERR_RANGE;
    if (token->creates && !token->writes) return ERR_RANGE;
    if (token->expires_ms && token->expires_ms <= entry.token.made_ms) return ERR_RANGE;
    token_make(secret);
    text_format(text, TOKEN_TEXT_BYTES, "%s%s", prefix, secret);
    secret_wipe(secret, sizeof secret);
    sha256(bytes_of_text(text), entry.hash);

    lock_take(&tokens->write_lock); /* nobody else changes the table now */
    err e = tokens->n == TOKENS_MAX ? ERR_FULL : store(tokens, &entry);
    if (!e) {
        lock_take(&tokens->lock);
        tokens->at[tokens->n++] = entry;
        lock_give(&tokens->lock);
        *token = entry.token;
    }
    lock_give(&tokens->write_lock);
    return e;
}

static size_t position(const struct tokens *tokens, uint32_t id)
{
    size_t at = 0;
    while (at < tokens->n && tokens->at[at].token.id != id) at++;
    return at;
}

err tokens_remove(struct tokens *tokens, uint32_t id)
{
    lock_take(&tokens->write_lock);
    size_t at = position(tokens, id);
    struct query *query = NULL;
    err e =
        at == tokens->n ? ERR_UNKNOWN : query_open(tokens->database, &removal, &query);
    if (!e) {
        query_bind_i64(query, id);
        e = query_run(query);
    }
    if (!e) {
        lock_take(&tokens->lock);
        tokens->n--;
        memmove(tokens->at + at, tokens->at + at + 1,
                (tokens->n - at) * sizeof *tokens->at);
        lock_give(&tokens->lock);
    }
    lock_give(&tokens->write_lock);
    return e;
}

err tokens_find(struct tokens *tokens, const char *text, struct api_token *token)
{
    size_t n = strnlen(text, TOKEN_TEXT_BYTES);
    if (n == TOKEN_TEXT_BYTES || !text_starts(text, prefix)) return ERR_DENIED;
    uint8_t hash[HASH_BYTES];
    sha256((struct bytes){(const uint8_t *)text, n}, hash);
    int64_t now_ms = clock_utc_ms(tokens->clock);
    err e = ERR_DENIED;
    lock_take(&tokens->lock);
    for (size_t i = 0; e && i < tokens->n; i++) {
        struct entry *entry = &tokens->at[i];
        if (!secret_equal(entry->hash, hash, HASH_BYTES)) continue;
        if (entry->token.expires_ms && now_ms >= entry->token.expires_ms) break;
        entry->token.used_ms = now_ms;
        *token = entry->token;
        e = ERR_OK;
    }
    lock_give(&tokens->lock);
    return e;
}

err tokens_each(struct tokens *tokens,
                err (*each)(void *context, const struct api_token *token), void *context)
{
    uint32_t after = 0;
    for (;;) {
        struct api_token next = {0};
        lock_take(&tokens->lock);
        for (size_t i = 0; !next.id && i < tokens->n; i++)
            if (tokens->at[i].token.id > after) next = tokens->at[i].token;
        lock_give(&tokens->lock);
        if (!next.id) return ERR_OK;
        err e = each(context, &next);
        if (e) return e;
        after = next.id;
    }
}

bool token_has(const struct api_token *token, enum right right)
{
    if (right == RIGHT_HISTORY_READ || right == RIGHT_METRICS) return token->reads;
    return right == RIGHT_HISTORY_WRITE && token->writes;
}
