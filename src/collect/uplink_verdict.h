/* uplink_verdict.h - what to do with each frame after an answer; pure.
 *
 *   STORED, DUPLICATE  done
 *   DAMAGED            send again; given up after UPLINK_DAMAGED_MAX times
 *   REFUSED            given up, a person is told
 *   LATER              keep, send again after a pause
 *   anything else      keep (a newer server may say more than we know) */
#ifndef HEATNET_COLLECT_UPLINK_VERDICT_H
#define HEATNET_COLLECT_UPLINK_VERDICT_H

#include "wire/frame.h"

#include <stddef.h>
#include <stdint.h>

enum { UPLINK_DAMAGED_MAX = 5, UPLINK_DAMAGED_N_MAX = 64 };

enum uplink_action { UPLINK_DONE, UPLINK_AGAIN, UPLINK_GIVE_UP, UPLINK_KEEP };

/* How often frames were called damaged; zeroed at start.  When more than fit are damaged
 * at once the oldest entry is forgotten: it is then sent a few times more. */
struct uplink_damaged {
    size_t n;

    struct {
        uint64_t sequence;
        unsigned times;
    } at[UPLINK_DAMAGED_N_MAX];
};

enum uplink_action uplink_verdict(struct uplink_damaged *damaged, uint64_t sequence,
                                  enum upload_result result);

/* The pause before try number `tries` (1 = the first repetition): doubling from 500 ms to
 * 4 s, times 0.5 to 1 by `chance` (0..1), so that returning terminals do not come at
 * once. No longer: live data has to be on the screen 5 s after the server is back
 * (5.2.2). */
int64_t uplink_pause_ms(unsigned tries, double chance);

#endif
