/* sessions.c - living sessions in a small hash table, copied to the database.
 *
 * `table` is never locked while the database works, so a request never waits for a disk.
 * The table is keyed by the token's SHA-256: looking a token up takes no secret-dependent
 * path that a stranger could measure, and who reads the database cannot sign in with it.
 * The CSRF token is a hash of the session token, so it need not be kept either. */
#include "people/sessions.h"

#include "base/ensure.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/thread.h"
#include "people/session_records.h"
#include "vault/password.h"
#include "vault/token.h"

#include <string.h>

enum { SESSIONS_MAX = 20000, BUCKETS_N = 4096, GROW_FIRST_N = 64 };

static const int64_t idle_ms = 12 * 3600000LL;
static const int64_t life_ms = 7 * 86400000LL;
static const int64_t write_every_ms = 60000;
static const char csrf_prefix[] = "heatnet csrf ";

struct entry {
    struct session_record record; /* id 0 = free */
    int64_t written_ms;           /* used_ms as the database has it */
    uint32_t next_1; /* position + 1 in the bucket or the free list, 0 = end */
};

struct sessions {
    const struct clock *clock;
    struct accounts *accounts;
    struct lock table; /* of all below but `database` */
    struct entry *entries;
    size_t entries_n, capacity, living_n;
    uint32_t buckets_1[BUCKETS_N], free_1;
    uint64_t id_next;
    struct lock writing; /* of `database` */
    struct database *database;
};

/* --- the table, under its lock ------------------------------------------------------ */

static uint32_t *bucket_of(struct sessions *sessions, const uint8_t hash[32])
{
    unsigned at = (unsigned)hash[0] | (unsigned)hash[1] << 8;
    return &sessions->buckets_1[at % BUCKETS_N];
}

static struct entry *entry_find(struct sessions *sessions, const uint8_t hash[32])
{
    uint32_t at_1 = *bucket_of(sessions, hash);
    while (at_1) {
        struct entry *entry = &sessions->entries[at_1 - 1];
        if (secret_equal(entry->record.token_hash, hash, 32)) return entry;
        at_1 = entry->next_1;
    }
    return NULL;
}

static void entry_remove(struct sessions *sessions, struct entry *entry)
{
    uint32_t at_1 = (uint32_t)(entry - sessions->entries) + 1;
    uint32_t *link = bucket_of(sessions, entry->record.token_hash);
    while (*link != at_1) {
        ensure(*link != 0);
        link = &sessions->entries[*link - 1].next_1;
    }
    *link = entry->next_1;
    *entry = (struct entry){.next_1 = sessions->free_1};
    sessions->free_1 = at_1;
    sessions->living_n--;
}

/* A free entry; its position + 1, 0 when out of memory. */
static uint32_t entry_take(struct sessions *sessions)
{
    uint32_t at_1 = sessions->free_1;
    if (at_1) {
        sessions->free_1 = sessions->entries[at_1 - 1].next_1;
        return at_1;
    }
    if (sessions->entries_n == sessions->capacity) {
        size_t n = sessions->capacity ? sessions->capacity * 2 : GROW_FIRST_N;
        struct entry *grown = memory_resize(sessions->entries, n, sizeof *grown);
        if (!grown) return 0;
        sessions->entries = grown;
        sessions->capacity = n;
    }
    return (uint32_t)++sessions->entries_n;
}

static err entry_add(struct sessions *sessions, const struct session_record *record)
{
    if (sessions->living_n >= SESSIONS_MAX) return ERR_FULL;
    uint32_t at_1 = entry_take(sessions);
    if (!at_1) return ERR_MEMORY;
    uint32_t *bucket = bucket_of(sessions, record->token_hash);
    sessions->entries[at_1 - 1] = (struct entry){
        .record = *record, .written_ms = record->used_ms, .next_1 = *bucket};
    *bucket = at_1;
    sessions->living_n++;
    return ERR_OK;
}

static int64_t end_of(const struct session_record *record)
{
    int64_t idle_end_ms = record->used_ms + idle_ms;
    int64_t life_end_ms = record->started_ms + life_ms;
    return idle_end_ms < life_end_ms ? idle_end_ms : life_end_ms;
}

static struct entry *entry_by_id(struct sessions *sessions, uint64_t id)
{
    for (size_t i = 0; i < sessions->entries_n; i++) {
        if (sessions->entries[i].record.id == id) return &sessions->entries[i];
    }
    return NULL;
}

/* The next one that has to go: over its time, or the longest unused of an account that
 * has too many.  0 = none. */
static uint64_t surplus_id(struct sessions *sessions, uint32_t account, int64_t now_ms)
{
    size_t n = 0;
    const struct session_record *oldest = NULL;
    for (size_t i = 0; i < sessions->entries_n; i++) {
        const struct session_record *record = &sessions->entries[i].record;
        if (record->id == 0) continue;
        if (now_ms >= end_of(record)) return record->id;
        if (record->account != account) continue;
        n++;
        if (!oldest || record->used_ms < oldest->used_ms) oldest = record;
    }
    return n >= SESSIONS_PER_ACCOUNT_MAX ? oldest->id : 0;
}

/* --- opening ------------------------------------------------------------------------ */

static err load_one(void *context, const struct session_record *record)
{
    struct sessions *sessions = context;
    if (record->id >= sessions->id_next) sessions->id_next = record->id + 1;
    return entry_add(sessions, record);
}

err sessions_open(const char *database_path, const struct clock *clock,
                  struct accounts *accounts, struct sessions **sessions)
{
    ensure(database_path != NULL);
    ensure(clock != NULL);
    ensure(accounts != NULL);
    ensure(sessions != NULL);

    struct sessions *made = memory_new(1, sizeof *made);
    if (!made) return ERR_MEMORY;
    made->clock = clock;
    made->accounts = accounts;
    made->id_next = 1;
    lock_open(&made->table);
    lock_open(&made->writing);
    err e = database_open(database_path, &made->database);
    if (!e) e = session_records_migrate(made->database);
    if (!e) e = session_records_each(made->database, load_one, made);
    if (e)
        sessions_close(made);
    else
        *sessions = made;
    return e;
}

void sessions_close(struct sessions *sessions)
{
    if (sessions == NULL) return;
    database_close(sessions->database);
    lock_close(&sessions->writing);
    lock_close(&sessions->table);
    memory_free(sessions->entries);
    memory_free(sessions);
}

/* --- writing behind ----------------------------------------------------------------- */

/* A session that could not be written still lives until the next start. */
static void note(const char *event, err e)
{
    if (e) log_event(LOG_WARNING, "people", event, "error=%s", err_name(e));
}

static void write_added(struct sessions *sessions, const struct session_record *record)
{
    lock_take(&sessions->writing);
    note("session_not_written", session_records_add(sessions->database, record));
    lock_give(&sessions->writing);
}

static void write_used(struct sessions *sessions, uint64_t id, int64_t used_ms)
{
    lock_take(&sessions->writing);
    note("session_use_not_written",
         session_records_used(sessions->database, id, used_ms));
    lock_give(&sessions->writing);
}

static void write_removed(struct sessions *sessions, uint64_t id)
{
    lock_take(&sessions->writing);
    note("session_end_not_written", session_records_remove(sessions->database, id));
    lock_give(&sessions->writing);
}

/* --- life --------------------------------------------------------------------------- */

static void csrf_make(const char *token, char csrf[SESSION_TOKEN_BYTES])
{
    uint8_t text[sizeof csrf_prefix + SESSION_TOKEN_BYTES], hash[32];
    size_t prefix_n = sizeof csrf_prefix - 1, token_n = SESSION_TOKEN_BYTES - 1;
    memcpy(text, csrf_prefix, prefix_n);
    memcpy(text + prefix_n, token, token_n);
    sha256((struct bytes){text, prefix_n + token_n}, hash);
    bytes_to_hex((struct bytes){hash, sizeof hash}, csrf);
    secret_wipe(text, sizeof text);
}

static void session_fill(struct session *session, const struct session_record *record,
                         const struct account *account, const char *token)
{
    session->id = record->id;
    session->account = *account;
    session->expires_ms = end_of(record);
    csrf_make(token, session->csrf_token);
}

/* It may have been ended between its start and its writing. */
static void remove_if_ended(struct sessions *sessions, uint64_t id)
{
    lock_take(&sessions->table);
    bool lives = entry_by_id(sessions, id) != NULL;
    lock_give(&sessions->table);
    if (!lives) write_removed(sessions, id);
}

static void make_room(struct sessions *sessions, uint32_t account, int64_t now_ms)
{
    for (;;) {
        lock_take(&sessions->table);
        uint64_t id = surplus_id(sessions, account, now_ms);
        lock_give(&sessions->table);
        if (id == 0) return;
        sessions_end(sessions, id);
    }
}

err sessions_start(struct sessions *sessions, const struct account *account,
                   char token[SESSION_TOKEN_BYTES], struct session *session)
{
    ensure(sessions != NULL);
    ensure(account != NULL);
    ensure(token != NULL);
    ensure(session != NULL);

    int64_t now_ms = clock_utc_ms(sessions->clock);
    make_room(sessions, account->id, now_ms);

    char made[SESSION_TOKEN_BYTES];
    token_make(made);
    struct session_record record = {.account = account->id,
                                    .stamp = account->stamp,
                                    .started_ms = now_ms,
                                    .used_ms = now_ms};
    sha256(bytes_of_text(made), record.token_hash);
    lock_take(&sessions->table);
    record.id = sessions->id_next++;
    err e = entry_add(sessions, &record);
    lock_give(&sessions->table);
    if (!e) {
        write_added(sessions, &record);
        remove_if_ended(sessions, record.id);
        memcpy(token, made, sizeof made);
        session_fill(session, &record, account, made);
    }
    secret_wipe(made, sizeof made);
    return e;
}

/* The session of this token, moved on to now.  *write: its use is to be written. */
static err touch(struct sessions *sessions, const uint8_t hash[32],
                 struct session_record *record, bool *write)
{
    int64_t now_ms = clock_utc_ms(sessions->clock);
    err e = ERR_OK;
    lock_take(&sessions->table);
    struct entry *entry = entry_find(sessions, hash);
    if (!entry) {
        e = ERR_DENIED;
    } else if (now_ms >= end_of(&entry->record)) {
        *record = entry->record;
        e = ERR_TIMEOUT;
    } else {
        if (now_ms > entry->record.used_ms) entry->record.used_ms = now_ms;
        *write = now_ms - entry->written_ms >= write_every_ms;
        if (*write) entry->written_ms = now_ms;
        *record = entry->record;
    }
    lock_give(&sessions->table);
    return e;
}

static err account_of(struct sessions *sessions, const struct session_record *record,
                      struct account *account)
{
    err e = accounts_get(sessions->accounts, record->account, account);
    if (e == ERR_UNKNOWN) return ERR_DENIED;
    if (!e && (!account->enabled || account->stamp != record->stamp)) return ERR_DENIED;
    return e;
}

err sessions_find(struct sessions *sessions, const char *token, struct session *session)
{
    ensure(sessions != NULL);
    ensure(token != NULL);
    ensure(session != NULL);

    if (strnlen(token, SESSION_TOKEN_BYTES) != SESSION_TOKEN_BYTES - 1) return ERR_DENIED;
    uint8_t hash[32];
    sha256(bytes_of_text(token), hash);

    struct session_record record = {0};
    struct account account;
    bool write = false;
    err e = touch(sessions, hash, &record, &write);
    if (!e) e = account_of(sessions, &record, &account);
    if (!e && write) write_used(sessions, record.id, record.used_ms);
    if (!e) session_fill(session, &record, &account, token);
    if (e != ERR_DENIED && e != ERR_TIMEOUT) return e;
    if (record.id) sessions_end(sessions, record.id);
    return ERR_DENIED;
}

void sessions_end(struct sessions *sessions, uint64_t id)
{
    ensure(sessions != NULL);

    if (id == 0) return;
    lock_take(&sessions->table);
    struct entry *entry = entry_by_id(sessions, id);
    if (entry) entry_remove(sessions, entry);
    lock_give(&sessions->table);
    if (entry) write_removed(sessions, id);
}

void sessions_end_account(struct sessions *sessions, uint32_t account, uint64_t except)
{
    ensure(sessions != NULL);

    lock_take(&sessions->table);
    for (size_t i = 0; i < sessions->entries_n; i++) {
        struct entry *entry = &sessions->entries[i];
        if (entry->record.id == 0 || entry->record.id == except) continue;
        if (entry->record.account == account) entry_remove(sessions, entry);
    }
    lock_give(&sessions->table);

    lock_take(&sessions->writing);
    note("session_end_not_written",
         session_records_remove_account(sessions->database, account, except));
    lock_give(&sessions->writing);
}
