/* home.c - see home.h. */
#include "heatnetd/home.h"

#include "base/text.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OTHERS_MAY_READ = 0007 };

static err give(const char *folder, const char *user, char why[HOME_WHY_BYTES])
{
    if (!user[0]) return ERR_OK;
    const struct passwd *entry = getpwnam(user); /* before any thread runs */
    if (!entry) {
        text_format(why, HOME_WHY_BYTES, "--user %s: there is no such user", user);
        return ERR_UNKNOWN;
    }
    if (chown(folder, entry->pw_uid, entry->pw_gid) == 0) return ERR_OK;
    text_format(why, HOME_WHY_BYTES, "%s cannot be given to %s", folder, user);
    return err_from_errno(errno);
}

static err check(const char *folder, char why[HOME_WHY_BYTES])
{
    struct stat found;
    if (stat(folder, &found) < 0) return err_from_errno(errno);
    if (!(found.st_mode & OTHERS_MAY_READ)) return ERR_OK;
    text_format(why, HOME_WHY_BYTES,
                "%s holds keys, but everybody may read it: chmod 700 %s", folder, folder);
    return ERR_DENIED;
}

err home_open(const char *folder, const char *user, struct file *lock,
              char why[HOME_WHY_BYTES])
{
    char path[FILE_PATH_BYTES];
    why[0] = '\0';
    bool there = file_exists(folder);
    err e = folder_make(folder);
    if (!e && !there) e = give(folder, user, why);
    if (!e) e = check(folder, why);
    if (!e && !file_path(path, folder, "heatnetd.lock")) e = ERR_RANGE;
    if (!e) e = file_lock(path, lock);
    if (e == ERR_BUSY)
        text_format(why, HOME_WHY_BYTES, "another heatnetd runs on %s", folder);
    if (e && !why[0]) text_format(why, HOME_WHY_BYTES, "%s: %s", folder, err_text(e));
    return e;
}

err home_become(const char *user, char why[HOME_WHY_BYTES])
{
    if (!user[0]) return ERR_OK;
    const struct passwd *entry = getpwnam(user);
    if (!entry) {
        text_format(why, HOME_WHY_BYTES, "--user %s: there is no such user", user);
        return ERR_UNKNOWN;
    }
    uid_t uid = entry->pw_uid;
    gid_t gid = entry->pw_gid;
    if (initgroups(user, gid) == 0 && setgid(gid) == 0 && setuid(uid) == 0 &&
        (uid == 0 || setuid(0) != 0))
        return ERR_OK;
    text_format(why, HOME_WHY_BYTES, "--user %s: only root can become another user",
                user);
    return ERR_DENIED;
}
