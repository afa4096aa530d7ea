/* store_rawlog_fuzz.c - any bytes as a file of the raw log, open (first byte even) or
 * sealed.
 *
 * CRCs are made right wherever they can be found, so that what is behind them is reached.
 * Properties: verifying and reading end without touching anything outside; what opens and
 * verifies reads back as many records as were verified; after opening, the log takes
 * more. */
#include "base/crc32c.h"
#include "base/ensure.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "store/rawlog.h"
#include "store/rawlog_format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { READS_MAX = 100000 };

/* tidy: allow global: one folder for all inputs of a run */
static char folder[FILE_PATH_BYTES];

static uint32_t u32_at(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
           (uint32_t)at[3] << 24;
}

static void crc_put(uint8_t *to, const uint8_t *from, size_t n)
{
    uint32_t crc = crc32c((struct bytes){from, n});
    for (int i = 0; i < 4; i++) to[i] = (uint8_t)(crc >> (8 * i));
}

static void crcs_open(uint8_t *at, size_t n)
{
    size_t i = RAWLOG_HEADER_BYTES;
    while (i + RAWLOG_OPEN_HEAD_BYTES <= n) {
        uint64_t body = u32_at(at + i + 4);
        if (body > n - i - RAWLOG_OPEN_HEAD_BYTES) break;
        crc_put(at + i, at + i + 4, RAWLOG_OPEN_HEAD_BYTES - 4 + (size_t)body);
        i += RAWLOG_OPEN_HEAD_BYTES + (size_t)body;
    }
}

static void crcs_sealed(uint8_t *at, size_t n)
{
    if (n < RAWLOG_HEADER_BYTES + RAWLOG_TRAILER_BYTES) return;
    size_t trailer = n - RAWLOG_TRAILER_BYTES;
    uint64_t index = u32_at(at + trailer + 44), blocks = u32_at(at + trailer + 52);
    if (index <= trailer && blocks * RAWLOG_INDEX_BYTES == trailer - index) {
        for (size_t i = (size_t)index; i < trailer; i += RAWLOG_INDEX_BYTES) {
            uint64_t offset = u32_at(at + i), packed = u32_at(at + i + 32);
            if (offset + packed <= index)
                crc_put(at + i + 44, at + offset, (size_t)packed);
        }
        crc_put(at + trailer + 56, at + index, trailer - (size_t)index);
    }
    crc_put(at + n - 4, at + trailer, RAWLOG_TRAILER_BYTES - 4);
}

static void path_of(char path[FILE_PATH_BYTES], const char *name)
{
    ensure(file_path(path, folder, name));
}

static err remove_one(void *context, const char *name)
{
    (void)context;
    char path[FILE_PATH_BYTES];
    path_of(path, name);
    return file_remove(path);
}

static void clean(void)
{
    ensure(folder_each(folder, remove_one, NULL) == ERR_OK);
}

static void folder_remove(void)
{
    clean();
    (void)rmdir(folder);
}

static void put(const uint8_t *data, size_t size, bool sealed)
{
    char path[FILE_PATH_BYTES];
    uint8_t *copy = memory_new(size, 1);
    ensure(copy);
    memcpy(copy, data, size);
    if (size >= RAWLOG_HEADER_BYTES) crc_put(copy + 76, copy, 76);
    if (sealed) {
        crcs_sealed(copy, size);
    } else {
        crcs_open(copy, size);
    }
    path_of(path, sealed ? "000000000001.sealed" : "000000000001.open");
    FILE *file = fopen(path, "wb");
    ensure(file);
    ensure(fwrite(copy, 1, size, file) == size);
    ensure(fclose(file) == 0);
    memory_free(copy);
}

static uint64_t read_all(void)
{
    struct rawlog_cursor *cursor = NULL;
    struct rawlog_record record;
    uint64_t n = 0;
    ensure(rawlog_read_open(folder, NULL, 1, &cursor) == ERR_OK);
    for (int i = 0; i < READS_MAX; i++) {
        err e = rawlog_read(cursor, &record);
        if (e == ERR_OK) n++;
        if (e != ERR_OK && e != ERR_CORRUPT) break;
    }
    rawlog_read_close(cursor);
    return n;
}

static void try_log(void)
{
    struct rawlog_report report;
    struct rawlog_options options = {.folder = folder,
                                     .seal_bytes = 1 << 20,
                                     .seal_ms = INT64_MAX,
                                     .keep_ms = INT64_MAX / 2};
    struct rawlog *log = NULL;
    uint64_t torn = 0;
    char why[RAWLOG_WHY_BYTES];
    (void)read_all();
    if (rawlog_open(&options, &log, &torn, why)) return;
    struct rawlog_record record = {.terminal = "T", .received_ms = INT64_MAX};
    ensure(rawlog_append(log, &record) == ERR_OK);
    ensure(rawlog_commit(log) == ERR_OK);
    rawlog_close(log);
    if (!rawlog_verify(folder, NULL, &report)) ensure(read_all() == report.records);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) return 0;
    if (!folder[0]) {
        bool memory = access("/dev/shm", W_OK) == 0;
        ensure(text_format(folder, sizeof folder, "%s/heatnet-fuzz-XXXXXX",
                           memory ? "/dev/shm" : "."));
        ensure(mkdtemp(folder));
        ensure(atexit(folder_remove) == 0);
    }
    put(data + 1, size - 1, data[0] % 2);
    try_log();
    clean();
    return 0;
}
