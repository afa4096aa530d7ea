/* mqtt_login.h - the file with a broker's user, password and certificates.
 *
 * Lines "user NAME", "password SECRET", "authority FILE", "certificate FILE", "key FILE";
 * empty lines and those that begin with # are skipped.  Files are PEM.  Others than the
 * owner must not be able to read it. */
#ifndef HEATNET_COLLECT_MQTT_LOGIN_H
#define HEATNET_COLLECT_MQTT_LOGIN_H

#include "base/err.h"
#include "base/file.h"

struct mqtt_login {
    char user[128], password[256];
    char authority[FILE_PATH_BYTES], certificate[FILE_PATH_BYTES], key[FILE_PATH_BYTES];
};

/* FOLDER/logins/NAME.  ERR_UNKNOWN: no such file; ERR_DENIED: others may read it;
 * ERR_FRAME: a line that is none of the above; ERR_IO. */
MUST_USE err mqtt_login_load(const char *folder, const char *name,
                             struct mqtt_login *login);

#endif
