#!/usr/bin/env python3
"""Writes the golden tables of the calendar test from Python's own zoneinfo module.

See README.md beside this file.  Usage: python3 make.py > zones.csv
"""
import datetime
import random
import sys
import zoneinfo

ZONES = [
    "Asia/Shanghai", "Europe/Berlin", "Europe/Belgrade", "America/New_York",
    "America/St_Johns", "America/Havana", "America/Asuncion", "Australia/Lord_Howe",
    "Pacific/Apia", "Asia/Kathmandu", "Africa/Casablanca", "Etc/UTC",
]
FIRST, LAST = 1995, 2030
UTC = datetime.timezone.utc


def utc_s(year, month=1, day=1):
    return int(datetime.datetime(year, month, day, tzinfo=UTC).timestamp())


class Zone:
    def __init__(self, name):
        self.name = name
        self.info = zoneinfo.ZoneInfo(name)

    def offset(self, s):
        at = datetime.datetime.fromtimestamp(s, UTC).astimezone(self.info)
        return int(at.utcoffset().total_seconds())

    def changes(self):
        """The seconds at which the offset changes, by halving days that differ."""
        found = []
        day, end = utc_s(FIRST), utc_s(LAST + 1)
        while day < end:
            # Two changes within six hours do not happen in these zones.
            low, high = day, day + 21600
            if self.offset(low) != self.offset(high):
                while high - low > 1:
                    middle = (low + high) // 2
                    if self.offset(middle) == self.offset(low):
                        low = middle
                    else:
                        high = middle
                found.append(high)
            day += 21600
        return found

    def first_at(self, local, changes):
        """The smallest u with u + offset(u) >= local; local in seconds as if it were UTC."""
        near = [local - 93600] + [c for c in changes if abs(c - local) <= 93600]
        ends = near[1:] + [local + 93600]
        for begin, end in zip(near, ends):
            u = local - self.offset(begin)
            if u < end:
                return max(u, begin)
        raise AssertionError


def row(out, zone, kind, at, value):
    out.write(f"{zone.name},{kind},{at},{value}\n")


def write(out, zone):
    changes = zone.changes()
    for change in changes:
        for s in (change - 1, change, change + 1800):
            row(out, zone, "offset", s, zone.offset(s))
    chance = random.Random(zone.name)
    for _ in range(40):
        s = chance.randrange(utc_s(FIRST), utc_s(LAST + 1))
        row(out, zone, "offset", s, zone.offset(s))
        at = datetime.datetime.fromtimestamp(s, UTC).astimezone(zone.info)
        row(out, zone, "civil", s, at.strftime("%Y-%m-%dT%H:%M:%S"))
    for year in range(FIRST, LAST + 1):
        for month in (1, 3, 4, 10, 11):
            at = zone.first_at(utc_s(year, month), changes)
            row(out, zone, "month", f"{year}-{month:02}", at)
    for change in changes:  # the days around each change, and what the clock skips or doubles
        local = change + zone.offset(change)
        day = local - local % 86400
        for d in (-86400, 0, 86400, 172800):
            date = datetime.datetime.fromtimestamp(day + d, UTC)
            row(out, zone, "day", date.strftime("%Y-%m-%d"), zone.first_at(day + d, changes))
        for wall in (local - 1800, local - 900, local + 900):
            text = datetime.datetime.fromtimestamp(wall, UTC).strftime("%Y-%m-%dT%H:%M:%S")
            row(out, zone, "utc", text, zone.first_at(wall, changes))


def main():
    sys.stdout.write("zone,kind,at,value\n")
    for name in ZONES:
        write(sys.stdout, Zone(name))


main()
