/* err_test.c - every class has a text, a name of its own, and errno maps sensibly. */
#include "base/err.h"

#include "base/ensure.h"
#include "check.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void every_class_has_text_and_name(void **state)
{
    (void)state;
    for (int a = 0; a < ERR_N; a++) {
        CHECK(err_name((err)a), err_text((err)a)[0] != '\0');
        CHECK(err_text((err)a), strcmp(err_name((err)a), "invalid") != 0);
        for (int b = 0; b < a; b++) {
            CHECK(err_name((err)a), strcmp(err_name((err)a), err_name((err)b)) != 0);
        }
    }
    CHECK_TEXT("ok", err_name(ERR_OK), "ok");
    CHECK_TEXT("short", err_name(ERR_SHORT), "short");
    CHECK_TEXT("outside", err_name((err)99), "invalid");
    CHECK_TEXT("outside", err_text((err)-1), "an unknown error");
}

static const struct {
    const char *name;
    int errno_value;
    err want;
} errnos[] = {
    {"disk full",      ENOSPC,       ERR_SPACE    },
    {"quota",          EDQUOT,       ERR_SPACE    },
    {"no such file",   ENOENT,       ERR_UNKNOWN  },
    {"timed out",      ETIMEDOUT,    ERR_TIMEOUT  },
    {"no access",      EACCES,       ERR_DENIED   },
    {"not permitted",  EPERM,        ERR_DENIED   },
    {"again",          EAGAIN,       ERR_BUSY     },
    {"refused",        ECONNREFUSED, ERR_REFUSED  },
    {"reset",          ECONNRESET,   ERR_CLOSED   },
    {"exists",         EEXIST,       ERR_DUPLICATE},
    {"memory",         ENOMEM,       ERR_MEMORY   },
    {"too many files", EMFILE,       ERR_FULL     },
    {"input/output",   EIO,          ERR_IO       },
    {"never seen",     12345,        ERR_IO       },
    {"none",           0,            ERR_IO       },
};

static void errno_maps(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(errnos); i++) {
        CHECK_EQ(errnos[i].name, err_from_errno(errnos[i].errno_value), errnos[i].want);
    }
}

static void ensure_aborts(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        signal(SIGABRT, SIG_DFL);
        close(2);
        ensure(child != 0);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_class_has_text_and_name),
        cmocka_unit_test(errno_maps),
        cmocka_unit_test(ensure_aborts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
