/* home_test.c - the data folder: private, and one server's at a time. */
#include "heatnetd/home.h"

#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void made_private_and_locked(void **state)
{
    (void)state;
    char root[] = "/tmp/home_test.XXXXXX", folder[64], lock_path[80], why[HOME_WHY_BYTES];
    struct file lock, other;
    struct stat found;
    assert_non_null(mkdtemp(root));
    assert_true(snprintf(folder, sizeof folder, "%s/data", root) > 0);
    assert_true(snprintf(lock_path, sizeof lock_path, "%s/heatnetd.lock", folder) > 0);

    assert_int_equal(home_open(folder, "", &lock, why), ERR_OK);
    assert_int_equal(stat(folder, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0700);
    assert_int_equal(home_open(folder, "", &other, why), ERR_BUSY);
    assert_non_null(strstr(why, "another heatnetd"));
    file_close(&lock);

    assert_int_equal(chmod(folder, 0755), 0);
    assert_int_equal(home_open(folder, "", &lock, why), ERR_DENIED);
    assert_non_null(strstr(why, "chmod 700"));
    assert_int_equal(chmod(folder, 0700), 0);
    assert_int_equal(home_open(folder, "", &lock, why), ERR_OK);
    file_close(&lock);
    assert_int_equal(unlink(lock_path), 0);
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(rmdir(root), 0);
}

static void an_unknown_user_is_said(void **state)
{
    (void)state;
    char why[HOME_WHY_BYTES];
    assert_int_equal(home_become("no-such-user-here", why), ERR_UNKNOWN);
    assert_non_null(strstr(why, "no-such-user-here"));
    assert_int_equal(home_become("", why), ERR_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(made_private_and_locked),
        cmocka_unit_test(an_unknown_user_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
