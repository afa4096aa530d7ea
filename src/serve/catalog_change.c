/* catalog_change.c - see catalog_change.h. */
#include "serve/catalog_change.h"

#include "base/log.h"
#include "serve/server.h"
#include "store/catalog_records.h"
#include "store/cycles.h"

err catalog_change_store(struct server *server, const struct catalog *now,
                         struct catalog *next)
{
    struct database *database = NULL;
    err e = database_open(server->database_path, &database);
    if (!e) e = catalog_records_store(database, now, next);
    err noted = e ? ERR_OK : cycles_note(database, next, server_now_ms(server));
    database_close(database);
    if (noted) /* made good at the next start or import */
        log_event(LOG_WARNING, "serve", "cycles_note", "error=%s", err_name(noted));
    if (!e) server_set_catalog(server, next);
    return e;
}
