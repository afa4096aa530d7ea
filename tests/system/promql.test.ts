// Debian's Prometheus and heatnetd, given the same samples, asked the same questions.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { Server, freePorts, request, temporaryFolder } from "./lib/city.ts";
import { Program, eventually, random, run } from "./lib/program.ts";

const folder = temporaryFolder("promql");
const server = new Server(path.join(folder, "server"));
let prometheus: Program;
let theirs = "";
let token = "";

const minute = 60_000;
const end = Math.floor(Date.now() / (10 * minute)) * 10 * minute - 30 * minute;
const start = end - 180 * minute;

interface Series {
  name: string;
  labels: Record<string, string>;
  samples: [number, number][];
}

/** Gauges, counters with resets, gaps, jitter, a series that ends, values that are odd. */
function makeData(): Series[] {
  const chance = random(20261125);
  const all: Series[] = [];
  for (let s = 1; s <= 6; s++) {
    const station = { station: `s${s}`, district: s % 2 ? "east" : "west" };
    for (const loop of ["primary", "secondary"]) {
      const samples: [number, number][] = [];
      for (let t = start, i = 0; t <= end; t += minute, i++) {
        if (s === 3 && i > 60 && i < 75) continue; // a gap
        if (s === 5 && i > 120) continue; // it ends
        const at = s === 4 ? t + Math.floor(chance() * 900) : t;
        samples.push([at, Math.round((60 + s * 3 + 10 * Math.sin(i / 17) + chance()) * 100) / 100]);
      }
      all.push({ name: "supply_temperature", labels: { ...station, loop, "zone": "东区" }, samples });
    }
    const energy: [number, number][] = [];
    let total = s * 100;
    for (let t = start, i = 0; t <= end; t += minute, i++) {
      total += Math.round(chance() * 50) / 10;
      if (s === 2 && i % 50 === 49) total = 1; // a new meter
      energy.push([t, Math.round(total * 10) / 10]);
    }
    all.push({ name: "heat_energy_total", labels: station, samples: energy });
    all.push({ name: "area", labels: { station: `s${s}`, kind: s < 4 ? "old" : "new" }, samples: [[end - minute, 1000 * s]] });
  }
  const odd: [number, number][] = [];
  for (let t = start, i = 0; t <= end; t += minute, i++) odd.push([t, i % 7 === 3 ? 1e-9 : i % 7 === 5 ? 1.5e22 : -i / 3]);
  all.push({ name: "odd", labels: { text: 'quote " and \\ back' }, samples: odd });
  return all;
}

function openMetrics(data: Series[]): string {
  const quote = (v: string): string => v.replace(/\\/g, "\\\\").replace(/"/g, '\\"');
  const names = [...new Set(data.map((s) => s.name))];
  const lines: string[] = [];
  for (const name of names) {
    lines.push(`# TYPE ${name} unknown`);
    for (const s of data.filter((d) => d.name === name)) {
      const labels = Object.entries(s.labels).map(([k, v]) => `${k}="${quote(v)}"`).join(",");
      for (const [t, v] of s.samples) lines.push(`${name}{${labels}} ${v} ${(t / 1000).toFixed(3)}`);
    }
  }
  return lines.join("\n") + "\n# EOF\n";
}

function lineProtocol(data: Series[]): string {
  const escape = (v: string): string => v.replace(/([,= ])/g, "\\$1");
  return data
    .flatMap((s) => {
      const tags = Object.entries(s.labels).map(([k, v]) => `,${escape(k)}=${escape(v)}`).join("");
      return s.samples.map(([t, v]) => `${s.name}${tags} value=${v} ${t}`);
    })
    .join("\n");
}

const at = end / 1000;
const span = `start=${(end - 60 * minute) / 1000}&end=${at}&step=120`;

const instant = [
  "1+1", "2^3^2", "-2^2", "-(1)", "1 - -1", "10 % 3", "-7 % 3", "5 atan2 2", "1e3", "0x1F", ".5", "Inf", "-Inf", "NaN", "1/0", "0/0",
  '"a string"', "time()", "pi()", "vector(3)", "scalar(vector(4))", "1 > bool 2", "1 == bool 1",
  "supply_temperature", "supply_temperature{}", "{__name__=\"area\"}", "{__name__=~\"ar.*\"}", 'supply_temperature{station="s1"}',
  'supply_temperature{station!="s1"}', 'supply_temperature{station=~"s1|s2"}', 'supply_temperature{station!~"s[1-4]",loop="primary"}',
  'supply_temperature{zone="东区",station="s1"}', 'supply_temperature{missing=""}', 'supply_temperature{missing!=""}', 'supply_temperature{station=~".+"}',
  "supply_temperature offset 5m", "supply_temperature offset -5m", `supply_temperature @ ${at - 1000}`, "supply_temperature @ start()", "supply_temperature @ end() offset 10m",
  'supply_temperature{station="s1"}[5m]', 'supply_temperature{station="s4"}[3m] offset 1m', 'heat_energy_total{station="s2"}[1h30m]', "area[10m]", "nothing", "nothing[5m]",
  "rate(heat_energy_total[5m])", "rate(heat_energy_total[90s])", "rate(heat_energy_total[1m])", "increase(heat_energy_total[1h])", "irate(heat_energy_total[5m])", "delta(supply_temperature[30m])",
  "idelta(supply_temperature[5m])", "deriv(supply_temperature[20m])", "predict_linear(supply_temperature[20m], 600)", "predict_linear(supply_temperature[20m] offset 5m, 600)", "changes(supply_temperature[10m])", "resets(heat_energy_total[3h])",
  "holt_winters(supply_temperature[30m], 0.3, 0.4)",
  "avg_over_time(supply_temperature[10m])", "min_over_time(supply_temperature[10m])", "max_over_time(supply_temperature[10m])", "sum_over_time(supply_temperature[10m])",
  "count_over_time(supply_temperature[10m])", "last_over_time(supply_temperature[10m])", "stddev_over_time(supply_temperature[10m])", "stdvar_over_time(supply_temperature[10m])",
  "quantile_over_time(0.9, supply_temperature[30m])", "quantile_over_time(1.5, supply_temperature[30m])", "present_over_time(supply_temperature[10m])",
  "absent(nothing)", 'absent(nothing{a="b",c=~"d"})', "absent(area)", "absent_over_time(nothing[5m])", 'absent_over_time(nothing{x="y"}[5m])', "absent_over_time(area[5m])",
  "sum(supply_temperature)", "sum by (district) (supply_temperature)", "sum without (loop, zone) (supply_temperature)", "avg by (loop) (supply_temperature)", "min(supply_temperature)", "max by (station) (supply_temperature)",
  "count(supply_temperature)", "count by (district, loop) (supply_temperature)", "group by (loop) (supply_temperature)", "stddev(supply_temperature)", "stdvar by (loop) (supply_temperature)",
  "topk(3, supply_temperature)", "bottomk(2, supply_temperature)", "topk by (district) (1, supply_temperature)", "topk(0, supply_temperature)", "quantile(0.5, supply_temperature)", "quantile by (loop) (0.9, supply_temperature)",
  'count_values("v", area)', "sum(supply_temperature) by (district)", "sort(area)", "sort_desc(area)",
  "area * 2", "2 * area", "area / 3", "area - area", "area ^ 0.5", "area % 700", "area > 2500", "2500 < area", "area > bool 2500", "area == 3000", "area != 3000", "area >= 3000 < 6000",
  'area * on (station) group_left heat_energy_total', "heat_energy_total / on (station) group_left (kind) area", "area / on (station) group_right () heat_energy_total", "heat_energy_total / ignoring (district, kind) area", "heat_energy_total / on (station) area",
  "supply_temperature - ignoring (loop) supply_temperature", 'supply_temperature{loop="primary"} - ignoring (loop) supply_temperature{loop="secondary"}', "area and on (station) supply_temperature", "area unless on (station) heat_energy_total{district=\"east\"}",
  'area{kind="old"} or area', "heat_energy_total > on (station) area", "heat_energy_total > on (station) bool area", "vector(1) or area", "area and (area > 2000)", "area + on () vector(1)", "heat_energy_total * on (station) supply_temperature",
  "abs(-area)", "ceil(supply_temperature)", "floor(supply_temperature)", "round(supply_temperature)", "round(supply_temperature, 0.5)", "clamp(supply_temperature, 65, 70)", "clamp_min(area, 3000)", "clamp_max(area, 3000)", "clamp(area, 5, 1)",
  "sqrt(area)", "exp(vector(1))", "ln(area)", "log2(area)", "log10(area)", "sgn(-area)", "sin(vector(1))", "cos(vector(1))", "deg(vector(1))", "rad(vector(180))", "atan(vector(1))", "sinh(vector(1))",
  "timestamp(area)", "timestamp(supply_temperature offset 5m)", "timestamp(vector(1))", "hour()", "minute()", "day_of_week()", "day_of_month()", "day_of_year()", "days_in_month()", "month()", "year()", "hour(vector(0))", "year(vector(-1))", "days_in_month(vector(951782400))", "day_of_week(vector(-86400))",
  'label_replace(area, "n", "$1", "station", "s(.*)")', 'label_replace(area, "n", "x-${1}-$2", "station", "(s)(.*)")', 'label_replace(area, "station", "", "station", "s1")', 'label_replace(area, "n", "$1", "missing", "(.*)")', 'label_join(area, "both", "-", "station", "kind")', 'label_replace(area, "station", "same", "station", ".*")',
  "max_over_time(rate(heat_energy_total[5m])[30m:1m])", "avg_over_time(supply_temperature[30m:5m])", "sum_over_time(vector(1)[10m:1m])", "max_over_time((sum(supply_temperature))[20m:])", "rate(heat_energy_total[10m:30s])", "supply_temperature[5m:1m]", "min_over_time(supply_temperature[10m:2m] offset 3m)",
  "odd", "odd[3m]", "-odd", "sum(odd) / 7", "scalar(area)", "scalar(odd) * 2", "area * scalar(odd)", "+area", "- - area", "((area))", "sum(area) / count(area)", "heat_energy_total # a comment\n + 1",
  "SUM(area)", "sum BY (kind) (area)", "area AND area", "area offset 0s",
];

const ranges = [
  "1", "time()", "supply_temperature", 'supply_temperature{station="s3"}', "rate(heat_energy_total[5m])", "sum by (district) (rate(heat_energy_total[10m]))", "topk(2, supply_temperature)", "supply_temperature offset 30m", "supply_temperature > 70",
  "supply_temperature @ start()", "increase(heat_energy_total[7m])", "avg_over_time(supply_temperature[3m])", "max_over_time(rate(heat_energy_total[5m])[10m:1m])", "quantile(0.25, supply_temperature)", "absent(supply_temperature{station=\"s5\"})",
  "area / on (station) group_right () heat_energy_total", "area", "hour()", "minute() > 30", "vector(time()) % 600", "delta(supply_temperature[1h])", "count_values(\"v\", round(supply_temperature, 10))", "sum(supply_temperature) by (loop) > bool 400", "scalar(sum(area))", "nothing", "predict_linear(supply_temperature[15m], 60)",
  'supply_temperature{loop="primary"} - ignoring (loop) supply_temperature{loop="secondary"}', "stddev_over_time(supply_temperature[11m])", "irate(heat_energy_total[3m])", "supply_temperature unless supply_temperature offset 1h", "-supply_temperature", "sort(area)", "1 > bool 0", "timestamp(supply_temperature)",
];

const wrong = [
  "", "(", ")", "1 +", "sum(", "sum()", "foo bar", "foo{", 'foo{a="b"', "foo{a=b}", "foo{a=~\"(\"}", "{}", '{a=""}', '{a=~".*"}', "foo[5]", "foo[5m", "foo[5m] + 1", "rate(foo)", "rate(foo[5m], 1)", "sum(foo[5m])", "unknown(foo)", "foo offset", "foo offset bar", "1 offset 5m", "(foo)[5m]",
  "foo and 1", "1 > 2", "foo + bool 1", "foo == on (a) group_left (a) bar", '"a" + 1', "topk(foo)", "topk(foo, bar)", "count_values(1, foo)", "foo[0s]", "5m", "foo @ bar", "foo offset 5m offset 5m", "label_replace(foo)", "abs()", "1 2", "foo{a='b}", "by (a) sum", "sum by a (foo)", "on", "foo on (a) bar", "-foo[5m]", "foo[5m:1m", "$", "foo @", "time(1)", "scalar(1)",
];

interface Answer {
  status: string;
  errorType?: string;
  error?: string;
  data?: { resultType: string; result: any };
}

async function ask(base: string, what: string): Promise<{ code: number; answer: Answer }> {
  const headers: Record<string, string> = base === theirs ? {} : { Authorization: `Bearer ${token}` };
  const reply = await request({ url: `${base}/api/v1/${what}`, headers, timeoutMs: 30_000 });
  return { code: reply.status, answer: JSON.parse(reply.text) };
}

const key = (metric: Record<string, string>): string => JSON.stringify(Object.entries(metric).sort(([a], [b]) => (a < b ? -1 : 1)));

function sameNumber(a: string, b: string): boolean {
  if (a === b) return true;
  const [x, y] = [Number(a.replace("Inf", "Infinity")), Number(b.replace("Inf", "Infinity"))];
  return Math.abs(x - y) <= 1e-9 * Math.max(Math.abs(x), Math.abs(y)) || Math.abs(x - y) < 1e-12;
}

function sameSample(what: string, ours: [number, string], his: [number, string]): void {
  assert.ok(Math.abs(ours[0] - his[0]) < 0.0005 && sameNumber(ours[1], his[1]), `${what}: ${JSON.stringify(ours)} is not ${JSON.stringify(his)}`);
}

function compare(what: string, ours: Answer, his: Answer): void {
  assert.equal(ours.data!.resultType, his.data!.resultType, what);
  if (his.data!.resultType === "scalar" || his.data!.resultType === "string") {
    sameSample(what, ours.data!.result, his.data!.result);
    return;
  }
  const mine = new Map<string, any>(ours.data!.result.map((row: any) => [key(row.metric), row]));
  assert.deepEqual([...mine.keys()].sort(), his.data!.result.map((row: any) => key(row.metric)).sort(), `${what}: the series`);
  if (/^(sort|sort_desc|topk|bottomk)\(/.test(what.replace(/^.*query=/, "")))
    assert.deepEqual([...mine.keys()], his.data!.result.map((row: any) => key(row.metric)), `${what}: the order`);
  for (const row of his.data!.result) {
    const own = mine.get(key(row.metric));
    const [a, b] = row.value ? [[own.value], [row.value]] : [own.values, row.values];
    assert.equal(a.length, b.length, `${what}: ${key(row.metric)}: samples`);
    b.forEach((sample: [number, string], i: number) => sameSample(`${what}: ${key(row.metric)}`, a[i], sample));
  }
}

before(async () => {
  const data = makeData();
  mkdirSync(path.join(folder, "tsdb"));
  writeFileSync(path.join(folder, "data.om"), openMetrics(data));
  writeFileSync(path.join(folder, "prometheus.yml"), "global: {}\n");
  const made = await run("promtool", ["tsdb", "create-blocks-from", "openmetrics", path.join(folder, "data.om"), path.join(folder, "tsdb")]);
  assert.equal(made.code, 0, made.output);
  const port = await freePorts(1);
  theirs = `http://127.0.0.1:${port}`;
  prometheus = new Program("prometheus", [
    `--config.file=${path.join(folder, "prometheus.yml")}`,
    `--storage.tsdb.path=${path.join(folder, "tsdb")}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ]);
  await server.start();
  const key = await request({
    socket: server.socket,
    path: "/api/v1/tokens",
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ name: "compare", rights: ["history.read", "history.write", "series.create"] }),
  });
  token = JSON.parse(key.text).token;
  const written = await request({
    url: `${server.http}/write?db=x&precision=ms`,
    method: "POST",
    headers: { Authorization: `Token ${token}` },
    body: lineProtocol(data),
    timeoutMs: 30_000,
  });
  assert.equal(written.status, 204, written.text);
  await eventually("Prometheus is ready", async () => (await request({ url: `${theirs}/-/ready` })).status === 200, 30_000);
});

after(async () => {
  await prometheus.stop();
  assert.equal(await server.program.stop(), 0);
});

async function sameAnswer(what: string): Promise<string | undefined> {
  const [ours, his] = [await ask(`${server.http}/prometheus`, what), await ask(theirs, what)];
  try {
    assert.equal(`${ours.code} ${ours.answer.errorType ?? ""}`, `${his.code} ${his.answer.errorType ?? ""}`, `${what}: ${ours.answer.error ?? ""} / ${his.answer.error ?? ""}`);
    if (his.answer.status === "success") compare(decodeURIComponent(what), ours.answer, his.answer);
    return undefined;
  } catch (error) {
    return String((error as Error).message).split("\n").slice(0, 14).join("\n");
  }
}

async function all(questions: string[]): Promise<void> {
  const faults: string[] = [];
  for (const what of questions) {
    const fault = await sameAnswer(what);
    if (fault) faults.push(fault);
  }
  assert.equal(faults.length, 0, `${faults.length} of ${questions.length} differ:\n${faults.join("\n")}`);
}

test(`${instant.length} instant queries: every number as Prometheus gives it`, async () => {
  await all(instant.map((q) => `query?time=${at}&query=${encodeURIComponent(q)}`));
});

test("the same at a moment between samples", async () => {
  await all(instant.map((q) => `query?time=${at - 1234.567}&query=${encodeURIComponent(q)}`));
});

test(`${ranges.length} range queries`, async () => {
  await all(ranges.map((q) => `query_range?${span}&query=${encodeURIComponent(q)}`));
  await all(ranges.map((q) => `query_range?start=${start / 1000 + 7.5}&end=${at}&step=5m&query=${encodeURIComponent(q)}`));
});

test(`${wrong.length} wrong queries are refused alike`, async () => {
  await all(wrong.map((q) => `query?time=${at}&query=${encodeURIComponent(q)}`));
});

test("queries are laid out alike", async () => {
  const faults: string[] = [];
  for (const query of instant) {
    const what = `format_query?query=${encodeURIComponent(query)}`;
    const [ours, his] = [await ask(`${server.http}/prometheus`, what), await ask(theirs, what)];
    if (String(his.answer.data).includes("\n")) continue; // long ones are broken there
    if (String(ours.answer.data) !== String(his.answer.data)) faults.push(`${query}: ${ours.answer.data} is not ${his.answer.data}`);
  }
  assert.deepEqual(faults, []);
});

test("wrong parameters are refused alike", async () => {
  await all([
    "query?query=1&time=x", "query?query=1&time=2026-01-01T00:00:00Z", "query_range?query=1", "query_range?query=1&start=1&end=0&step=1", "query_range?query=1&start=0&end=1&step=0", "query_range?query=1&start=0&end=1&step=-1",
    "query_range?query=1&start=0&end=100000&step=1", "query_range?query=area[5m]&start=0&end=10&step=1", "query_range?query=%22a%22&start=0&end=10&step=1", "query?query=1&timeout=x", "query_range?query=1&start=0&end=1&step=x", "query_range?query=1&start=0&end=11000&step=1",
  ]);
});

test("labels, values and series", async () => {
  for (const what of [
    "labels", "label/station/values", "label/__name__/values", "label/missing/values", "label/0x/values", "label/station/values?match[]=area", "labels?match[]=area", "labels?match[]=%7B%7D",
    "series?match[]=area", "series?match[]=area&match[]=odd", "series", "rules", "alerts", "query_exemplars?query=area&start=1&end=2", "series?match[]=area%5B5m%5D",
  ]) {
    const [ours, his] = [await ask(server.http, what), await ask(theirs, what)];
    assert.equal(ours.code, his.code, `${what}: ${JSON.stringify(ours.answer).slice(0, 200)}`);
    const sorted = (data: any): any => (Array.isArray(data) ? data.map((d) => (typeof d === "string" ? d : key(d))).sort() : data);
    if (his.code === 200) assert.deepEqual(sorted(ours.answer.data), sorted(his.answer.data), what);
  }
});
