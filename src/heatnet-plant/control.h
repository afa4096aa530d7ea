/* control.h - the control socket: a line in, an answer out.
 *
 * Unix domain socket of mode 0600.  A request is one line of words; the answer is lines
 * and then one that is "ok" or begins with "error: ".  Up to CONTROL_CLIENTS_MAX clients.
 */
#ifndef HEATNET_PLANT_CONTROL_H
#define HEATNET_PLANT_CONTROL_H

#include "heatnet-plant/commands.h"
#include "heatnet-plant/loop.h"

enum { CONTROL_CLIENTS_MAX = 8 };

struct control;

/* Everything given must outlive it.  A socket file that nobody serves is replaced.
 * ERR_BUSY when another plant serves it, ERR_RANGE when the path is too long, ERR_IO. */
MUST_USE err control_open(const char *path, const struct session *session,
                          struct loop *loop, struct control **control);
void control_close(struct control *control); /* NULL is allowed */

/* To be called when the plant has moved: sends the answers that waited for it. */
void control_moved(struct control *control);

/* The other end: send the words as a line, print the answer's lines to stdout; the last,
 * when it is an error, to stderr.  ERR_UNKNOWN: nobody serves `path`; ERR_REFUSED: it
 * answered with an error; ERR_CLOSED: the answer broke off. */
MUST_USE err control_call(const char *path, int words_n, char *const *words);

#endif
