/* rawlog_files.h - which files a raw log consists of, and how records are found in them.
 */
#ifndef HEATNET_STORE_RAWLOG_FILES_H
#define HEATNET_STORE_RAWLOG_FILES_H

#include "base/bytes.h"
#include "base/err.h"
#include "base/file.h"
#include "store/rawlog_format.h"
#include "vault/seal.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A file is named after the number of its first record: "000000000001.open".  Both forms
 * stand side by side for the moment between a sealing and the removal of what it sealed.
 */
struct rawlog_entry {
    uint64_t first;
    bool open, sealed;
};

struct rawlog_list {
    struct rawlog_entry *at; /* by first number, rising */
    size_t n, room;
};

enum { RAWLOG_FILES_MAX = 1000000 };

/* All files of the folder; no folder, no files.  Close the list in any case. */
MUST_USE err rawlog_list_open(const char *folder, struct rawlog_list *list);
void rawlog_list_close(struct rawlog_list *list);
/* The last entry with first <= number; list->n when there is none. */
size_t rawlog_list_find(const struct rawlog_list *list, uint64_t number);

/* ERR_FULL: the path is too long. */
MUST_USE err rawlog_path(char out[FILE_PATH_BYTES], const char *folder, uint64_t first,
                         const char *suffix);
MUST_USE err rawlog_file_open(const char *folder, uint64_t first, enum rawlog_kind kind,
                              struct file *file);

/* ERR_CORRUPT when it is damaged, of another kind or for another number. */
MUST_USE err rawlog_read_header(const struct file *file, enum rawlog_kind kind,
                                uint64_t first, struct rawlog_header *header);
MUST_USE err rawlog_read_trailer(const struct file *file, struct rawlog_trailer *trailer);

/* What opens the blocks of a file: its key among those at hand. */
struct rawlog_lock {
    struct seal *seal;
    uint32_t key; /* 0 = the file is plain */
    uint64_t first;
};

/* ERR_DENIED: the file is under a key that is not at hand (`seal` may be NULL). */
MUST_USE err rawlog_unlock(struct seal *seal, const struct rawlog_header *header,
                           struct rawlog_lock *lock);
/* What a block is bound to: its file, number and size; `out` holds 24 bytes. */
struct bytes rawlog_block_place(const struct rawlog_lock *lock,
                                const struct rawlog_block *block, uint8_t out[24]);
/* The index, checked against the trailer and, under a key, the signature of both and the
 * header; memory.h memory of trailer->blocks items. */
MUST_USE err rawlog_read_index(const struct file *file, const struct rawlog_lock *lock,
                               const struct rawlog_trailer *trailer,
                               struct rawlog_block **blocks);
/* Open and unpack a block into `plain` (cleared first).  ERR_CORRUPT. */
MUST_USE err rawlog_read_block(const struct file *file, const struct rawlog_lock *lock,
                               const struct rawlog_block *block, struct buffer *plain);

/* The mark of what is known to be durable: ERR_UNKNOWN (there is none), ERR_CORRUPT. */
MUST_USE err rawlog_read_mark(const char *folder, struct rawlog_mark *mark);

/* A walk over the records of an open file. */
struct rawlog_scan {
    struct file file;
    uint64_t offset; /* of the next record */
    uint64_t window_offset;
    struct buffer window, plain;
    struct rawlog_lock lock;
};

/* At the first record of a file whose header was read; takes the file over.  A file under
 * a key needs its `lock` set before the first record is taken. */
void rawlog_scan_open(struct rawlog_scan *scan, struct file file);
void rawlog_scan_close(struct rawlog_scan *scan);
/* Next record; its views hold until the next call.  ERR_SHORT: the file ends here, and
 * *left bytes of something follow (0 = exactly after a record); ERR_FRAME, ERR_CHECK:
 * what follows is no whole record.  The offset moves on success only. */
MUST_USE err rawlog_scan_next(struct rawlog_scan *scan, struct rawlog_slot *slot,
                              uint64_t *left);
/* Move behind damage: to the next whole record with a number above `number`.  ERR_UNKNOWN
 * and the offset stays: there is none. */
MUST_USE err rawlog_scan_skip(struct rawlog_scan *scan, uint64_t number,
                              struct rawlog_slot *slot);

#endif
