/* schema.c - the tables of this room.  Words (kinds, quantities) are stored as text, so
 * that the file explains itself; docs/storage.md tells the form of the blobs.  A
 * migration that has been released is never changed: a new one follows it. */
#include "store/schema.h"

#include "base/ensure.h"

#define REFERS "DEFERRABLE INITIALLY DEFERRED"

static const struct migration migrations[] = {
    {
        "store.001_catalog",
        "CREATE TABLE catalog (one INTEGER PRIMARY KEY CHECK (one = 1),"
        " version INTEGER NOT NULL);"
        "INSERT INTO catalog (one, version) VALUES (1, 0);"
        "CREATE TABLE site (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES "
        "site " REFERS ","
        " kind TEXT NOT NULL, code TEXT(64) NOT NULL UNIQUE, name TEXT NOT NULL,"
        " name_en TEXT NOT NULL, time_zone TEXT NOT NULL, area_m2 REAL, x_m REAL, y_m "
        "REAL);"
        "CREATE TABLE pipe (id INTEGER PRIMARY KEY,"
        " from_site INTEGER NOT NULL REFERENCES site " REFERS ","
        " to_site INTEGER NOT NULL REFERENCES site " REFERS ","
        " code TEXT(64) NOT NULL UNIQUE, length_m REAL, diameter_mm REAL);"
        "CREATE TABLE template (id INTEGER PRIMARY KEY, code TEXT(64) NOT NULL UNIQUE,"
        " name TEXT NOT NULL, name_en TEXT NOT NULL, protocol TEXT NOT NULL,"
        " picture TEXT NOT NULL);"
        "CREATE TABLE template_point (id INTEGER PRIMARY KEY,"
        " template INTEGER NOT NULL REFERENCES template " REFERS ","
        " key TEXT(64) NOT NULL, name TEXT NOT NULL, name_en TEXT NOT NULL,"
        " quantity TEXT NOT NULL, address TEXT NOT NULL, factor REAL, offset REAL,"
        " decimals INTEGER NOT NULL, range_low REAL, range_high REAL, rate_high REAL,"
        " frozen_s REAL, low_low REAL, low REAL, high REAL, high_high REAL, dead_band "
        "REAL,"
        " delay_s REAL, priority_outer INTEGER NOT NULL, priority_inner INTEGER NOT NULL,"
        " bits TEXT NOT NULL, UNIQUE (template, key));"
        "CREATE TABLE terminal (id INTEGER PRIMARY KEY, code TEXT(64) NOT NULL UNIQUE,"
        " name TEXT NOT NULL, enabled INTEGER NOT NULL);"
        "CREATE TABLE device (id INTEGER PRIMARY KEY,"
        " site INTEGER NOT NULL REFERENCES site " REFERS ","
        " template INTEGER NOT NULL REFERENCES template " REFERS ","
        " terminal INTEGER REFERENCES terminal " REFERS ","
        " code TEXT(64) NOT NULL UNIQUE, name TEXT NOT NULL, name_en TEXT NOT NULL,"
        " address TEXT NOT NULL, cycle_ms INTEGER NOT NULL);"
        "CREATE TABLE point (id INTEGER PRIMARY KEY,"
        " device INTEGER NOT NULL REFERENCES device " REFERS ","
        " template_point INTEGER NOT NULL REFERENCES template_point " REFERS ","
        " UNIQUE (device, template_point));",
    },
    {
        "store.002_history",
        "CREATE TABLE history (one INTEGER PRIMARY KEY CHECK (one = 1),"
        " checkpoint INTEGER NOT NULL, samples INTEGER NOT NULL, segments INTEGER NOT "
        "NULL,"
        " segment_bytes INTEGER NOT NULL, late_rows INTEGER NOT NULL);"
        "INSERT INTO history VALUES (1, 0, 0, 0, 0, 0);"
        "CREATE TABLE segment (id INTEGER PRIMARY KEY, device INTEGER NOT NULL,"
        " day_ms INTEGER NOT NULL, first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL,"
        " row_n INTEGER NOT NULL, sample_n INTEGER NOT NULL, data BLOB NOT NULL);"
        "CREATE INDEX segment_by_day ON segment (device, day_ms, id);"
        "CREATE TABLE rollup (device INTEGER NOT NULL, day_ms INTEGER NOT NULL,"
        " data BLOB NOT NULL, PRIMARY KEY (device, day_ms));"
        "CREATE TABLE latest (device INTEGER PRIMARY KEY, data BLOB NOT NULL);",
    },
    {
        "store.003_received",
        "CREATE TABLE received (terminal TEXT(64) NOT NULL, spool INTEGER NOT NULL,"
        " intervals BLOB NOT NULL, PRIMARY KEY (terminal, spool)) WITHOUT ROWID;"
        "CREATE TABLE received_save (one INTEGER PRIMARY KEY CHECK (one = 1),"
        " number INTEGER NOT NULL);"
        "INSERT INTO received_save VALUES (1, 0);",
    },
    {
        "store.004_cycles",
        "CREATE TABLE device_cycle (device INTEGER NOT NULL, since_ms INTEGER NOT NULL,"
        " cycle_ms INTEGER NOT NULL, PRIMARY KEY (device, since_ms)) WITHOUT ROWID;",
    },
    {
        "store.005_rules",
        "ALTER TABLE template_point ADD COLUMN rules TEXT NOT NULL DEFAULT '';",
    },
};

err store_migrate(struct database *database)
{
    return database_migrate(database, migrations, COUNT(migrations));
}
