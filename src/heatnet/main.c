/* main.c - heatnet: the command line.  A table of commands; each has its own file. */
#include "base/ensure.h"
#include "base/text.h"
#include "heatnet/commands.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

/* clang-format off */
static const struct command {
    const char *name, *help; /* help: usage, then what it does */
    int (*run)(struct arguments *arguments, const char *data_folder);
} commands[] = {
    {"status", "heatnet status\n    State of the server, its counts and sizes.\n",
     command_status},
    {"import",
     "heatnet import FILE.csv [--dry-run]\n"
     "    Bring the catalog (sites, pipes, templates, points, devices) to what the file\n"
     "    says: all or nothing.  Each error is shown as FILE:line: field: text.\n"
     "    --dry-run   only say what would change\n",
     command_import},
    {"export", "heatnet export\n    The catalog as an import file, to stdout.\n",
     command_export},
    {"terminal",
     "heatnet terminal add CODE [--name NAME] [--out DIR]\n"
     "    Enrol a terminal: writes CODE.pem, CODE.key and authority.pem.\n"
     "    An existing code gets a new certificate; the old one is shut out.\n"
     "heatnet terminal list\n"
     "heatnet terminal enable CODE | disable CODE\n"
     "    Let a terminal in, or shut it out.\n",
     command_terminal},
    {"query",
     "heatnet query DEVICE.key [--from -24h] [--to now] [--step raw|hour|day] [--csv]\n"
     "                         [--spark] [--plot FILE.png]\n"
     "    History of a point.  Times: now, -30m, -24h, -7d, 2026-11-25, RFC 3339.\n"
     "heatnet query EXPRESSION [--from -24h] [--to now] [--plot FILE.png]\n"
     "    An expression of PromQL as sparklines, for instance\n"
     "    'sum by (station) (heatnet_heat_power)'.\n",
     command_query},
    {"dump",
     "heatnet dump FILE.csv --to TIME [--from TIME] [--match SELECTOR]\n"
     "    Every sample of a range as CSV: of all points, or of those that a selector of\n"
     "    PromQL names.\n"
     "    Interrupted, the same command goes on where it stopped.\n",
     command_dump},
    {"log",
     "heatnet log show [--from -1h] [--to now] [--terminal CODE] [--verdict WORD]\n"
     "                 [--limit 100]\n"
     "    The raw log, newest first.  Verdicts: stored, duplicate, damaged, refused.\n"
     "heatnet log verify [--master-key FILE]\n"
     "    Check every record, code and hash of the files; needs no server.\n",
     command_log},
    {"account",
     "heatnet account list\n"
     "heatnet account add NAME --role administrator|operator|user [--full-name NAME]\n"
     "heatnet account reset NAME\n"
     "    A new one-time password, shown once.\n"
     "heatnet account enable NAME | disable NAME\n",
     command_account},
    {"token",
     "heatnet token add NAME [--read] [--write [--create]]\n"
     "    A key for a program (Grafana, Telegraf, Prometheus ...), shown once.  --read:\n"
     "    queries (default); --write: line protocol and remote write; --create: series\n"
     "    that are not known become points.\n"
     "heatnet token list\n"
     "heatnet token remove NAME\n",
     command_token},
};

/* clang-format on */

static void print_help(FILE *out)
{
    fputs("heatnet - the command line of a heatnet server on this machine\n\n"
          "usage: heatnet [--data DIR] COMMAND ...\n"
          "    --data DIR   the server's data folder (default $HEATNET_DATA or "
          "run/server)\n\n",
          out);
    for (size_t i = 0; i < COUNT(commands); i++) fputs(commands[i].help, out);
}

static const struct command *find(const char *name)
{
    for (size_t i = 0; name && i < COUNT(commands); i++)
        if (text_equal(commands[i].name, name)) return &commands[i];
    return NULL;
}

int main(int argc, char **argv)
{
    struct arguments arguments;
    (void)signal(SIGPIPE, SIG_DFL);
    if (!arguments_open(argc - 1, argv + 1, &arguments)) return COMMAND_WRONG_USE;
    bool help = arguments_flag(&arguments, "help");
    if (arguments_flag(&arguments, "version")) {
        puts("heatnet " HEATNET_VERSION);
        return 0;
    }
    const char *data = getenv("HEATNET_DATA");
    data = arguments_option(&arguments, "data", data && data[0] ? data : "run/server");
    const char *name = arguments_word(&arguments);
    const struct command *command = find(name);
    if (help && command) {
        fputs(command->help, stdout);
        return 0;
    }
    if (help) {
        print_help(stdout);
        return 0;
    }
    if (command) return command->run(&arguments, data);
    if (name) fprintf(stderr, "heatnet: there is no command '%s'\n\n", name);
    print_help(stderr);
    return COMMAND_WRONG_USE;
}
