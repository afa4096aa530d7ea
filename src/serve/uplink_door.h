/* uplink_door.h - the terminals' door: /uplink/v1/, on TLS only, by client certificate.
 */
#ifndef HEATNET_SERVE_UPLINK_DOOR_H
#define HEATNET_SERVE_UPLINK_DOOR_H

#include "wire/frame.h"

/* One body may hold several envelopes. */
#define UPLINK_BODY_BYTES_MAX (2 * FRAME_BYTES_MAX)

#endif
