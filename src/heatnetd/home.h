/* home.h - the data folder: made, locked, refused when others may read it; and the user
 * the server runs as. */
#ifndef HEATNET_HEATNETD_HOME_H
#define HEATNET_HEATNETD_HOME_H

#include "base/err.h"
#include "base/file.h"

enum { HOME_WHY_BYTES = 300 };

/* Make the folder (mode 0700, given to `user` when named) and take its lock, which ends
 * with the process.  `why` is a sentence for the person on error: ERR_BUSY another server
 * runs on it; ERR_DENIED others may read it. */
MUST_USE err home_open(const char *folder, const char *user, struct file *lock,
                       char why[HOME_WHY_BYTES]);
/* Give up root for `user` ("" = stay).  ERR_UNKNOWN no such user; ERR_DENIED. */
MUST_USE err home_become(const char *user, char why[HOME_WHY_BYTES]);

#endif
