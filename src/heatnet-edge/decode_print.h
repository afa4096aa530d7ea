/* decode_print.h - a telegram as JSON, for people and programs.
 *
 * Numbers are written with the digits the meter sent: the shortest decimal that reads
 * back as the same double, or all digits where a double has too few. */
#ifndef HEATNET_EDGE_DECODE_PRINT_H
#define HEATNET_EDGE_DECODE_PRINT_H

#include "wire/telegram.h"

/* `failure` and telegram->why, ->at become the member "error".  `pretty`: a member, and
 * each value, on a line of its own; otherwise all on one line.  Without a final new line.
 */
void decode_print(struct buffer *out, const struct telegram *telegram, err failure,
                  bool pretty);

#endif
