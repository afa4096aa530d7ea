/* serial.c - termios, poll, and the silence between telegrams. */
#include "link/serial.h"

#include "base/ensure.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* --- settings -------------------------------------------------------------------- */

static const struct {
    uint32_t bits_s;
    speed_t code;
} speeds[] = {{300, B300},     {600, B600},     {1200, B1200},    {1800, B1800},
              {2400, B2400},   {4800, B4800},   {9600, B9600},    {19200, B19200},
              {38400, B38400}, {57600, B57600}, {115200, B115200}};

static const speed_t *find_speed(uint32_t bits_s)
{
    for (size_t i = 0; i < COUNT(speeds); i++)
        if (speeds[i].bits_s == bits_s) return &speeds[i].code;
    return NULL;
}

static bool parse_mode(const char *text, struct serial_settings *settings)
{
    if (strlen(text) != 3) return false;
    if (text[0] != '7' && text[0] != '8') return false;
    char parity = text[1] >= 'a' ? (char)(text[1] - 'a' + 'A') : text[1];
    if (parity != 'N' && parity != 'E' && parity != 'O') return false;
    if (text[2] != '1' && text[2] != '2') return false;
    settings->data_bits = (uint8_t)(text[0] - '0');
    settings->parity = parity;
    settings->stop_bits = (uint8_t)(text[2] - '0');
    return true;
}

const char *serial_parse(const char *text, struct serial_settings *settings)
{
    ensure(text && settings);

    struct serial_settings s = {0};
    char speed[12];
    const char *mode = strrchr(text, ':'), *at = mode;

    if (!mode) return "the speed and the mode are missing";
    while (at > text && at[-1] != ':') at--;
    if (at == text) return "the path, the speed or the mode is missing";
    if (!parse_mode(mode + 1, &s)) return "the mode is not one of 8N1, 8E1, 7E1 ...";
    if (!text_copy_n(speed, sizeof speed, at, (size_t)(mode - at)) ||
        text_to_u32(speed, &s.bits_s) || !find_speed(s.bits_s))
        return "the speed is not one of 300, 600, 1200, 1800, 2400, 4800, 9600, 19200, "
               "38400, 57600, 115200";
    size_t path_n = (size_t)(at - 1 - text);
    if (path_n < 2 || text[0] != '/') return "the path does not begin with /";
    if (!text_copy_n(s.path, sizeof s.path, text, path_n)) return "the path is too long";
    *settings = s;
    return NULL;
}

uint32_t serial_byte_us(const struct serial_settings *s)
{
    ensure(s && s->bits_s > 0);
    uint32_t bits = 1U + s->data_bits + (s->parity != 'N') + s->stop_bits;
    return (bits * 1000000U + s->bits_s - 1) / s->bits_s;
}

uint32_t serial_gap_us(const struct serial_settings *s)
{
    ensure(s);
    return s->bits_s > 19200 ? 1750 : serial_byte_us(s) * 7 / 2;
}

/* --- life ------------------------------------------------------------------------ */

void serial_open(struct serial *s, const struct serial_settings *settings)
{
    ensure(s && settings);
    *s = (struct serial){.handle = -1, .settings = *settings};
    clock_machine(&s->clock);
}

void serial_close(struct serial *s)
{
    ensure(s);
    if (s->handle >= 0) (void)close(s->handle);
    s->handle = -1;
}

static err apply(int handle, const struct serial_settings *s)
{
    struct termios t;
    const speed_t *speed = find_speed(s->bits_s);

    if (!speed) return ERR_RANGE;
    if (tcgetattr(handle, &t) != 0) return ERR_IO;
    cfmakeraw(&t);
    t.c_cflag &= (tcflag_t) ~(CSIZE | PARENB | PARODD | CSTOPB | CRTSCTS);
    t.c_cflag |= CLOCAL | CREAD;
    t.c_cflag |= s->data_bits == 7 ? CS7 : CS8;
    if (s->parity != 'N') t.c_cflag |= PARENB;
    if (s->parity == 'O') t.c_cflag |= PARODD;
    if (s->stop_bits == 2) t.c_cflag |= CSTOPB;
    t.c_iflag = s->parity != 'N' ? INPCK : 0;
    t.c_cc[VMIN] = 0;
    t.c_cc[VTIME] = 0;
    if (cfsetispeed(&t, *speed) != 0 || cfsetospeed(&t, *speed) != 0) return ERR_IO;
    return tcsetattr(handle, TCSADRAIN, &t) == 0 ? ERR_OK : ERR_IO;
}

static err make_ours(int handle)
{
    if (flock(handle, LOCK_EX | LOCK_NB) != 0)
        return errno == EWOULDBLOCK ? ERR_BUSY : ERR_IO;
    return ioctl(handle, TIOCEXCL) == 0 ? ERR_OK : ERR_IO;
}

err serial_connect(struct serial *s)
{
    ensure(s && s->handle < 0);

    int handle = open(s->settings.path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (handle < 0) return errno == EBUSY ? ERR_BUSY : ERR_REFUSED;
    err e = make_ours(handle);
    if (!e) e = apply(handle, &s->settings);
    if (e) {
        (void)close(handle);
        return e;
    }
    s->handle = handle;
    s->quiet_us = clock_mono_us(&s->clock);
    serial_discard(s);
    return ERR_OK;
}

err serial_speed(struct serial *s, uint32_t bits_s)
{
    ensure(s);

    struct serial_settings settings = s->settings;
    if (!find_speed(bits_s)) return ERR_RANGE;
    if (bits_s == settings.bits_s) return ERR_OK;
    settings.bits_s = bits_s;
    err e = s->handle >= 0 ? apply(s->handle, &settings) : ERR_OK;
    if (!e) s->settings = settings;
    return e;
}

/* --- bytes ----------------------------------------------------------------------- */

static err wait_for(const struct serial *s, short what, int64_t deadline_ms)
{
    struct pollfd wait = {.fd = s->handle, .events = what};
    int ready;

    do {
        int64_t left = deadline_ms - clock_mono_ms(&s->clock);
        if (left <= 0) return ERR_TIMEOUT;
        ready = poll(&wait, 1, left < INT32_MAX ? (int)left : INT32_MAX);
    } while (ready < 0 && errno == EINTR);
    if (ready < 0) return ERR_IO;
    return ready == 0 ? ERR_TIMEOUT : ERR_OK;
}

static void keep_silence(const struct serial *s)
{
    int64_t until_us = s->quiet_us + serial_gap_us(&s->settings);

    if (until_us > clock_mono_us(&s->clock))
        clock_sleep_until(&s->clock, (until_us + 999) / 1000);
}

err serial_send(struct serial *s, struct bytes bytes, int64_t deadline_ms)
{
    ensure(s && s->handle >= 0);

    keep_silence(s);
    int64_t began_us = clock_mono_us(&s->clock);
    int64_t takes_us = (int64_t)bytes.n * serial_byte_us(&s->settings);
    while (bytes.n > 0) {
        err e = wait_for(s, POLLOUT, deadline_ms);
        if (e) return e;
        ssize_t n = write(s->handle, bytes.at, bytes.n);
        if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (n <= 0) return ERR_CLOSED;
        bytes.at += n;
        bytes.n -= (size_t)n;
    }
    s->quiet_us = began_us + takes_us; /* the port still sends when write has returned */
    return ERR_OK;
}

err serial_receive(struct serial *s, uint8_t *out, size_t n, int64_t deadline_ms,
                   size_t *got)
{
    ensure(s && s->handle >= 0 && out && n > 0 && got);

    for (;;) {
        err e = wait_for(s, POLLIN, deadline_ms);
        if (e) return e;
        ssize_t received = read(s->handle, out, n);
        if (received < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (received <= 0) return ERR_CLOSED;
        s->quiet_us = clock_mono_us(&s->clock);
        *got = (size_t)received;
        return ERR_OK;
    }
}

void serial_discard(struct serial *s)
{
    ensure(s && s->handle >= 0);
    (void)tcflush(s->handle, TCIFLUSH);
}
