/* collector_status.c - see the header. */
#include "collect/collector_status.h"

#include "base/file.h"
#include "base/text.h"
#include "collect/driver.h"

enum { DEVICES_SHOWN_MAX = 40, MODEMS_SHOWN_MAX = 100 };

static void put_count(struct buffer *out, const char *key, uint64_t count)
{
    buffer_format(out, "%-18s %llu\n", key, (unsigned long long)count);
}

static void put_time(struct buffer *out, const char *key, int64_t utc_ms)
{
    char time[32] = "never";

    if (utc_ms) text_from_time(utc_ms, time);
    buffer_format(out, "%-18s %s\n", key, time);
}

static void put_spool(struct buffer *out, const struct spool_counts *spool)
{
    put_count(out, "spool_frames", spool->frames);
    put_count(out, "spool_bytes", spool->bytes);
    put_count(out, "last_sequence", spool->last_sequence);
    put_count(out, "dropped_frames", spool->dropped_frames);
    put_count(out, "refused_frames", spool->refused_frames);
    put_count(out, "damaged_frames", spool->damaged_frames);
    put_count(out, "waiting_frames", spool->waiting_frames);
    buffer_format(out, "%-18s %s\n", "spool_trouble",
                  spool->trouble ? err_text(spool->trouble) : "none");
    if (spool->oldest_ms) put_time(out, "spool_oldest", spool->oldest_ms);
}

static void put_uplink(struct buffer *out, const struct uplink_state *uplink)
{
    buffer_format(out, "%-18s %s\n", "server", uplink->connected ? "connected" : "away");
    buffer_format(out, "%-18s %s\n", "server_way", uplink->server);
    put_count(out, "server_switches", uplink->switches);
    if (uplink->error[0]) buffer_format(out, "%-18s %s\n", "server_error", uplink->error);
    put_time(out, "server_answered", uplink->answered_ms);
    buffer_format(out, "%-18s %lld\n", "clock_offset_ms",
                  (long long)uplink->clock_offset_ms);
    put_count(out, "posts", uplink->posts);
    put_count(out, "posts_failed", uplink->posts_failed);
    put_count(out, "frames_sent", uplink->frames_done);
    put_count(out, "bytes_sent", uplink->bytes_sent);
}

static void put_devices(struct buffer *out, struct poller *poller)
{
    static const char *const words[] = {"not yet polled", "online", "partial", "offline"};
    struct poller_counts counts;
    size_t shown = 0;

    poller_counts(poller, &counts);
    put_count(out, "devices", counts.devices_n);
    put_count(out, "channels", counts.channels_n);
    put_count(out, "online", counts.online_n);
    put_count(out, "partial", counts.partial_n);
    put_count(out, "offline", counts.offline_n);
    put_count(out, "polls", counts.polls);
    put_count(out, "failed_polls", counts.failures);
    put_count(out, "missed_polls", counts.missed);
    for (size_t i = 0; i < counts.devices_n && shown < DEVICES_SHOWN_MAX; i++) {
        char error[DRIVER_ERROR_BYTES], since[32];
        const char *code = "";
        int64_t since_ms = 0;
        enum device_state state = poller_device(poller, i, &code, &since_ms, error);
        if (state == DEVICE_ONLINE || state == DEVICE_STATE_NONE) continue;
        text_from_time(since_ms, since);
        buffer_format(out, "device %-24s %s since %s %s\n", code, words[state], since,
                      error);
        shown++;
    }
}

static void put_modem(void *context, const struct modem_state *modem)
{
    struct buffer *out = context;
    char heard[32] = "never";

    if (modem->heard_ms) text_from_time(modem->heard_ms, heard);
    buffer_format(out, "modem %-24s %s peer %s heard %s calls %llu heartbeats %llu\n",
                  modem->name, modem->connected ? "connected" : "away", modem->peer,
                  heard, (unsigned long long)modem->calls,
                  (unsigned long long)modem->heartbeats);
}

static void put_modems(struct buffer *out, struct modems *modems)
{
    struct modems_counts counts;

    modems_counts(modems, &counts);
    put_count(out, "modems_port", modems_port(modems));
    put_count(out, "modems_connected", counts.registered_n);
    put_count(out, "modem_calls", counts.registrations);
    put_count(out, "modems_replaced", counts.replaced);
    put_count(out, "modems_refused", counts.refused);
    put_count(out, "modems_idle", counts.idle);
    put_count(out, "modem_heartbeats", counts.heartbeats);
    if (counts.calls_n <= MODEMS_SHOWN_MAX) modems_each(modems, put_modem, out);
}

void collector_status_text(const struct collector_status *status, struct buffer *out)
{
    buffer_format(out, "%-18s %s\n", "terminal", status->code);
    put_time(out, "written", status->now_ms);
    put_count(out, "memory_bytes", process_resident_bytes());
    put_spool(out, &status->spool);
    put_uplink(out, &status->uplink);
    if (status->modems) put_modems(out, status->modems);
    if (status->poller)
        put_devices(out, status->poller);
    else
        buffer_format(out, "%-18s none yet\n", "configuration");
}

err collector_status_save(const char *folder, struct bytes text)
{
    char path[FILE_PATH_BYTES];
    return file_path(path, folder, "status") ? file_replace(path, text) : ERR_RANGE;
}

err collector_status_load(const char *folder, struct buffer *text)
{
    char path[FILE_PATH_BYTES];
    return file_path(path, folder, "status") ? file_read_whole(path, text) : ERR_RANGE;
}
