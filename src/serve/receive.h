/* receive.h - the one thread that makes uploads durable, and only then answers.
 *
 *   HTTP threads --ring--> receive: duplicate? -> raw log append -> ONE commit -> answers
 *                                                                    `--ring--> apply
 *
 * All uploads that wait are one group: one fdatasync for them together.  Nothing is
 * acknowledged that is not on disk; a duplicate only when its original is.  Disk full:
 * the frames are put off (LATER), the state says so, and it goes on by itself when space
 * is back. A failed sync: no acknowledgement any more until a restart.  A full apply ring
 * makes this thread wait, and so the terminals. */
#ifndef HEATNET_SERVE_RECEIVE_H
#define HEATNET_SERVE_RECEIVE_H

#include "base/err.h"
#include "serve/upload.h"

#include <stdbool.h>
#include <stddef.h>

struct server;
struct receive;

/* Everything that waits between a read body and the history, decoded. */
enum { RECEIVE_WAITING_BYTES_MAX = 512 << 20, RECEIVE_UPLOADS_MAX = 1024 };

MUST_USE err receive_open(struct server *server, struct receive **receive);
/* Answers what waits, then ends. */
void receive_stop(struct receive *receive);
void receive_close(struct receive *receive);

/* An upload that has taken over the body's content.  ERR_MEMORY. */
MUST_USE err receive_upload(struct receive *receive, struct buffer *body,
                            const char *terminal, struct upload **upload);
/* May a body of that size come in now?  True: its memory is counted until upload_free. */
bool receive_admit(struct receive *receive, struct upload *upload);
/* Hand over a read upload: its `done` is called, from the receive thread, with the answer
 * encoded; after that the upload is not the caller's.  ERR_FULL, ERR_CLOSED: not taken.
 */
MUST_USE err receive_put(struct receive *receive, struct upload *upload);
/* Done with an upload wherever its way ends, and give its memory back. */
void receive_free(struct receive *receive, struct upload *upload);

#endif
