// Programs of others write to heatnetd and ask it: InfluxDB's and Prometheus' own clients.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { appendFileSync, existsSync, writeFileSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { gzipSync } from "node:zlib";
import { InfluxDB, Point } from "@influxdata/influxdb-client";
import { InfluxDB as InfluxDB1 } from "influx";
import { pushTimeseries } from "prometheus-remote-write";
import { Server, freePorts, request, temporaryFolder, type Answer } from "./lib/city.ts";
import { Program, binary, eventually, root, run } from "./lib/program.ts";

const folder = temporaryFolder("doors");
const server = new Server(path.join(folder, "server"));
const tokens: Record<string, string> = {};

async function makeToken(name: string, ...rights: string[]): Promise<void> {
  const made = await run(binary("heatnet"), ["--data", server.folder, "token", "add", name, ...rights]);
  assert.equal(made.code, 0, made.output);
  tokens[name] = made.output.match(/hnt_[0-9a-f]{64}/)![0];
}

const as = (name: string): Record<string, string> => ({ Authorization: `Bearer ${tokens[name]}` });

function write(what: string, body: string | Buffer, headers: Record<string, string> = as("maker")): Promise<Answer> {
  return request({ url: `${server.http}${what}`, method: "POST", headers, body });
}

async function ask(query: string, time?: number): Promise<any[]> {
  const when = time === undefined ? "" : `&time=${time}`;
  const answer = await request({ url: `${server.http}/prometheus/api/v1/query?query=${encodeURIComponent(query)}${when}`, headers: as("reader") });
  assert.equal(answer.status, 200, answer.text);
  return JSON.parse(answer.text).data.result;
}

before(async () => {
  await server.start();
  await makeToken("reader", "--read");
  await makeToken("writer", "--write");
  await makeToken("maker", "--read", "--write", "--create");
});

after(async () => {
  assert.equal(await server.program.stop(), 0);
});

test("a token opens what it was made for, and nothing else", async () => {
  const rows: [string, string, Record<string, string>, number][] = [
    ["GET", "/prometheus/api/v1/query?query=1", {}, 401],
    ["GET", "/prometheus/api/v1/query?query=1", { Authorization: "Bearer hnt_0" }, 401],
    ["GET", "/prometheus/api/v1/query?query=1", as("reader"), 200],
    ["GET", "/prometheus/api/v1/query?query=1", { Authorization: `Basic ${Buffer.from(`any:${tokens["reader"]}`).toString("base64")}` }, 200],
    ["GET", `/prometheus/api/v1/query?query=1&p=${tokens["reader"]}`, {}, 200],
    ["GET", "/prometheus/api/v1/query?query=1", as("writer"), 403],
    ["POST", "/write?db=x", as("reader"), 403],
    ["POST", "/write?db=x", {}, 401],
    ["GET", "/api/v1/catalog", as("maker"), 401],
    ["GET", "/api/v1/tokens", as("maker"), 401],
    ["GET", "/api/v1/status", as("reader"), 401],
    ["GET", "/ping", {}, 204],
  ];
  for (const [method, what, headers, want] of rows) {
    const answer = await request({ url: server.http + what, method, headers });
    assert.equal(answer.status, want, `${method} ${what}: ${answer.text}`);
  }
  const listed = await run(binary("heatnet"), ["--data", server.folder, "token", "list"]);
  assert.match(listed.output, /reader .*history\.read/);
  assert.ok(!listed.output.includes("hnt_"), "a token is shown once");
  assert.ok(!readFileSync(path.join(server.folder, "heatnet.db")).includes(tokens["reader"]!), "nor is it on the disk");
  await makeToken("gone", "--read");
  assert.equal((await run(binary("heatnet"), ["--data", server.folder, "token", "remove", "gone"])).code, 0);
  assert.equal((await request({ url: `${server.http}/prometheus/api/v1/query?query=1`, headers: as("gone") })).status, 401);
});

test("recorded requests of InfluxDB are answered as it answers them", async () => {
  const { vectors } = JSON.parse(readFileSync(path.join(root, "tests/golden/influx/http_api.json"), "utf8"));
  let writes = 0;
  for (const vector of vectors.filter((v: any) => v.request_body !== undefined || /ping|CREATE/.test(v.path))) {
    const answer = await request({ url: server.http + vector.path, method: vector.method, headers: as("maker"), body: vector.request_body });
    assert.equal(answer.status, vector.status, `${vector.id}: ${answer.text}`);
    if (vector.body !== null) assert.deepEqual(JSON.parse(answer.text), vector.body, vector.id);
    writes++;
  }
  assert.ok(writes >= 4);
  assert.deepEqual((await ask('station_t_supply{id="s1"}', 1735689620)).map((r) => [r.metric, r.value[1]]), [
    [{ __name__: "station_t_supply", id: "s1", name: "东区 站" }, "95.25"],
  ]);
});

test("the line protocol's corpus: accepted is 204, refused is 400 and says why", async () => {
  const { vectors } = JSON.parse(readFileSync(path.join(root, "tests/golden/influx/line_protocol_decode.json"), "utf8"));
  let n = 0;
  for (const vector of vectors) {
    const body = typeof vector.text === "string" ? Buffer.from(vector.text) : Buffer.from(vector.text.binary, "base64");
    const precision = { "1ns": "ns", "1ms": "ms", "1s": "s", "1µs": "us" }[vector.precision as string];
    const answer = await write(`/write?db=${n++}&precision=${precision}`, body);
    const outOfTime = /beyond retention policy/.test(answer.text); // times of 1969 and 2262
    const want = vector.expected.result === undefined ? 400 : 204;
    assert.ok(answer.status === want || outOfTime, `${vector.id} ${answer.status}: ${answer.text}`);
    if (answer.status === 400) assert.ok(JSON.parse(answer.text).error.length > 0);
  }
});

test("@influxdata/influxdb-client writes, gzip included, and reads its errors", async () => {
  const client = new InfluxDB({ url: server.http, token: tokens["maker"]! });
  const api = client.getWriteApi("org", "bucket", "ms", { gzipThreshold: 100, maxRetries: 0 });
  const now = Date.now();
  for (let i = 0; i < 50; i++)
    api.writePoint(new Point("boiler").tag("house", "七").floatField("power", 10 + i).intField("starts", i).booleanField("on", i % 2 === 0).timestamp(now - 60_000 + i * 1000));
  await api.close();
  for (const [field, sum] of [["power", "1725"], ["starts", "1225"], ["on", "25"]])
    assert.equal((await ask(`sum_over_time(boiler_${field}{house="七"}[2m])`))[0].value[1], sum);
  const small = new InfluxDB({ url: server.http, token: tokens["writer"]! }).getWriteApi("o", "b", "ms", { maxRetries: 0, writeFailed: () => undefined });
  small.writePoint(new Point("unheard").floatField("of", 1));
  await assert.rejects(small.close(), /unknown series|partial write/);
});

test("npm influx, version 1 of the protocol", async () => {
  const client = new InfluxDB1({ host: "127.0.0.1", port: Number(new URL(server.http).port), database: "old", username: "any", password: tokens["maker"]! });
  await client.createDatabase("old");
  await client.writePoints([{ measurement: "pump", tags: { no: "1" }, fields: { speed: 1450.5 }, timestamp: new Date() }]);
  assert.equal((await ask('pump_speed{no="1"}'))[0].value[1], "1450.5");
});

test("npm prometheus-remote-write, and a body that Prometheus sent", async () => {
  const now = Date.now();
  const done = await pushTimeseries(
    { labels: { __name__: "outdoor_celsius", place: "roof" }, samples: [{ value: -7.5, timestamp: now - 1000 }, { value: -7.25, timestamp: now }] },
    { url: `${server.http}/prometheus/api/v1/write`, auth: { username: "any", password: tokens["maker"]! }, fetch: fetch as never },
  );
  assert.equal(done.status, 204, JSON.stringify(done));
  assert.equal((await ask("outdoor_celsius"))[0].value[1], "-7.25");
  const { vectors } = JSON.parse(readFileSync(path.join(root, "tests/golden/prometheus/remote_write.json"), "utf8"));
  for (const vector of vectors) {
    const answer = await write("/api/v1/write", Buffer.from(vector.body_hex, "hex"), { ...as("maker"), "Content-Encoding": "snappy", "Content-Type": "application/x-protobuf" });
    assert.equal(answer.status, 204, answer.text);
    for (const series of vector.expected_timeseries) {
      const [sample] = series.samples;
      const { __name__: name, ...labels } = series.labels;
      const matchers = Object.entries(labels).map(([k, v]) => `${k}=${JSON.stringify(v)}`).join(",");
      const [row] = await ask(`${name}{${matchers}}`, sample.timestamp_ms / 1000);
      assert.deepEqual(row?.metric, series.labels);
      assert.equal(row.value[1], String(sample.value));
    }
  }
  assert.equal((await write("/api/v1/write", "no snappy", { ...as("maker"), "Content-Encoding": "snappy" })).status, 400);
});

test("recorded answers of Prometheus are ours too", async () => {
  const labels = { instance: "127.0.0.1:19091", job: "heat" };
  const seconds = [576, 577, 578, 579, 580, 581].map((s) => 1795345000909 + s * 1000).slice(0, 5);
  const series: [Record<string, string>, number][] = [
    [{ __name__: "station_supply_temp_celsius", loop: "primary", station: "东区" }, 95.25],
    [{ __name__: "station_supply_temp_celsius", loop: "primary", station: 'west "A"\\1\n' }, NaN],
    [{ __name__: "heat_energy_gj_total", station: "s1" }, 1234567],
    [{ __name__: "up" }, 1],
  ];
  const done = await pushTimeseries(
    series.map(([own, value]) => ({ labels: { ...own, ...labels } as any, samples: seconds.map((timestamp) => ({ value, timestamp })) })),
    { url: `${server.http}/prometheus/api/v1/write`, auth: { username: "any", password: tokens["maker"]! }, fetch: fetch as never },
  );
  assert.equal(done.status, 204);
  const { vectors } = JSON.parse(readFileSync(path.join(root, "tests/golden/prometheus/http_api.json"), "utf8"));
  let n = 0;
  const byMetric = (rows: any[]): any[] => rows.map((r) => JSON.stringify(Object.entries({ ...r, metric: Object.entries(r.metric).sort() }))).sort();
  for (const vector of vectors.filter((v: any) => /\/(query|query_range|format_query)\?|rules|alerts/.test(v.path))) {
    const [first] = vector.body.data.result ?? [];
    const time = first?.value?.[0] ?? (first && !/start=/.test(vector.path) ? 1795345581.822 : undefined);
    const answer = await request({ url: `${server.http}${vector.path.replace(/\[(\d+s)\]/g, "%5B$1%5D")}${time ? `&time=${time}` : ""}`, headers: as("reader") });
    assert.equal(answer.status, vector.status, `${vector.id}: ${answer.text}`);
    const data = JSON.parse(answer.text).data;
    assert.equal(data.resultType, vector.body.data.resultType, vector.id);
    const mine = (data.result ?? []).filter((r: any) => r.metric.region === undefined && r.metric.job !== "heatnet");
    if (data.result) assert.deepEqual(byMetric(mine), byMetric(vector.body.data.result), vector.id);
    else assert.deepEqual(data, vector.body.data, vector.id);
    n++;
  }
  assert.ok(n >= 7, `${n} vectors`);
});

test("a point of the catalog is written by its tags; one that a terminal reads is not", async () => {
  await server.enrol("T1", path.join(folder, "certificates"));
  await server.importCsv(`kind,code,name,type
site,S,站,station
kind,code,name,protocol
template,W,气象,outside
template,M,表,modbus-tcp
kind,template,key,name,quantity,unit,address
point,W,outdoor,室外温度,temperature,,-
point,M,outdoor,室外温度,temperature,,holding 0 f32
kind,code,name,site,template,terminal,address,cycle_s
device,WEATHER,气象站,S,W,,,600
device,METER,表,S,M,T1,127.0.0.1:1/1,10
`);
  const now = Date.now();
  assert.equal((await write("/write?db=x&precision=ms", `w,device=WEATHER,point=outdoor value=-3.5 ${now}\nw,device=WEATHER outdoor=-3.25 ${now + 1}`, as("writer"))).status, 204);
  const [row] = await ask('heatnet_outdoor{station="S"}', (now + 1000) / 1000);
  assert.equal(row.value[1], "-3.25");
  assert.equal(row.metric.device, "WEATHER");
  assert.equal(row.metric.unit, "°C");
  const refused = await write("/write?db=x&precision=ms", `w,device=METER outdoor=1 ${now}`);
  assert.equal(refused.status, 400);
  assert.match(refused.text, /read by a terminal/);
  const { values } = await server.get("/values?points=all");
  assert.ok(values.some((v: any) => v[1] === -3.25 && v[3] === now + 1), "it is live");
});

test("what was acknowledged is there after kill -9, once", async () => {
  const first = Date.now() - 100_000;
  for (let i = 0; i < 20; i++) {
    const answer = await write("/write?db=x&precision=ms", gzipSync(`crash,run=1 count=${i}i ${first + i * 1000}`), { ...as("maker"), "Content-Encoding": "gzip" });
    assert.equal(answer.status, 204, answer.text);
  }
  await server.program.kill();
  await server.start();
  const [row] = await ask("crash_count[5m]");
  assert.deepEqual(row.values.map((v: any) => v[1]), Array.from({ length: 20 }, (_, i) => String(i)));
  const log = await server.get("/log?terminal=token-maker&limit=5");
  assert.equal(log.records[0].verdict, "stored");
});

test("/api/v1/history: steps, aggregates, gaps and forms agree", async () => {
  const first = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 5 * 3_600_000;
  const values = Array.from({ length: 240 }, (_, i) => (i >= 100 && i < 170 ? undefined : i % 37));
  const lines = values.map((v, i) => (v === undefined ? "" : `table,run=1 value=${v} ${first + i * 60_000}`)).join("\n");
  assert.equal((await write("/write?db=x&precision=ms", lines)).status, 204);
  const get = async (rest: string, headers = as("reader")): Promise<Answer> =>
    request({ url: `${server.http}/api/v1/history?match=table&from=${first}&to=${first + 4 * 3_600_000}&${rest}`, headers });
  const want = (from: number, n: number): number[] => values.slice(from, from + n).filter((v): v is number => v !== undefined);
  const json = JSON.parse((await get("step=30m&aggregate=min,max,sum,count,first,last")).text);
  assert.deepEqual(json.columns, ["time_ms", "min", "max", "sum", "count", "first", "last"]);
  const rows = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((b) => {
    const inside = want(b * 30, 30);
    return inside.length === 0 ? [] : [[first + b * 1_800_000, Math.min(...inside), Math.max(...inside), inside.reduce((a, c) => a + c, 0), inside.length, inside[0], inside.at(-1)]];
  });
  assert.equal(rows.length, 7, "one step is empty");
  assert.deepEqual(json.series[0].rows, rows);
  const last = async (fill: string): Promise<any[]> => JSON.parse((await get(`step=30m&aggregate=last&fill=${fill}`)).text).series[0].rows.map((r: any) => r[1]);
  const known = await last("none");
  const [before, after] = [known[3], known[4]];
  assert.deepEqual((await last("null")).slice(3, 6), [before, null, after]);
  assert.deepEqual((await last("previous")).slice(3, 6), [before, before, after]);
  assert.deepEqual((await last("linear")).slice(3, 6), [before, (before + after) / 2, after]);
  const csv = (await get("step=30m&aggregate=max&format=csv&language=en")).text.trim().split("\n");
  assert.equal(csv.length, 9);
  assert.match(csv[1]!, new RegExp(`,${rows[0]![2]}\\s*$`));
  assert.equal((await request({ url: `${server.http}/api/v1/history?points=all&from=0&to=${first}&step=1s`, headers: as("reader") })).status, 400);
  for (const wrong of ["step=x", "step=0s", "aggregate=median", "fill=best", "format=pdf"]) assert.equal((await get(wrong)).status, 400, wrong);
  const book = await get("step=hour&aggregate=mean&format=xlsx");
  assert.equal(book.status, 200);
  assert.ok(book.text.startsWith("PK"));
});

test("heatnet dump: page by page, interrupted and resumed, every sample once", async () => {
  const file = path.join(folder, "dump.csv");
  const to = String(Date.now());
  const base = Date.now() - 900_000_000;
  const samples = Array.from({ length: 250_000 }, (_, i) => `long,run=1 value=${i} ${base + i * 2000}`);
  for (let i = 0; i < samples.length; i += 125_000)
    assert.equal((await request({ url: `${server.http}/write?db=x&precision=ms`, method: "POST", headers: as("maker"), body: samples.slice(i, i + 125_000).join("\n"), timeoutMs: 60_000 })).status, 204);
  const words = ["--data", server.folder, "dump", file, "--to", to, "--match", "long"];
  const cut = new Program(binary("heatnet"), words);
  await eventually("its first page is on the disk", () => existsSync(`${file}.cursor`), 20_000, 1);
  await cut.kill();
  if (!existsSync(file)) appendFileSync(`${file}.part`, "half a li"); // as if cut off within a page
  const done = await run(binary("heatnet"), words, 60_000);
  assert.equal(done.code, 0, done.output);
  assert.match(done.output, /going on behind \d+ bytes/);
  const got = readFileSync(file, "utf8").trim().split("\n");
  assert.equal(got[0], "point,utc,value,quality");
  assert.equal(got.length - 1, samples.length);
  got.slice(1).forEach((line, i) => assert.equal(line.split(",")[2], String(i)));
  assert.equal((await run(binary("heatnet"), ["--data", server.folder, "dump", file, "--to", "never"])).code, 2);
});

test("a correction keeps what stood there, who changed it and why, also after a rebuild of history", async () => {
  const base = Date.now() - 600_000;
  assert.equal((await write("/write?db=x&precision=ms", [0, 1, 2, 3].map((i) => `meter,no=9 heat=${100 + i} ${base + i * 60_000}`).join("\n"))).status, 204);
  const { values } = await server.get("/values?points=all");
  const [id] = values.find((v: any) => v[1] === 103 && v[3] === base + 180_000);
  const correct = (body: object): Promise<Answer> =>
    request({ socket: server.socket, path: `/api/v1/points/${id}/corrections`, method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  assert.equal((await correct({ values: [[base, 1]] })).status, 400, "a reason is needed");
  assert.equal((await correct({ values: [[base, 1], [base, 2]], reason: "twice" })).status, 400);
  assert.equal((await correct({ values: [[Date.now() + 60_000, 1]], reason: "in the future" })).status, 400);
  const done = await correct({ values: [[base + 60_000, 90.5], [base + 90_000, 91]], reason: "抄表错误", quality: "estimated" });
  assert.equal(done.status, 201, done.text);
  const check = async (): Promise<void> => {
    const samples = (await server.get(`/points/${id}/samples?from=${base}&to=${base + 200_000}`)).samples;
    assert.deepEqual(samples, [[base, 100, 0], [base + 60_000, 90.5, 64], [base + 90_000, 91, 64], [base + 120_000, 102, 0], [base + 180_000, 103, 0]]);
  };
  await check();
  const { corrections } = await server.get(`/points/${id}/corrections`);
  assert.equal(corrections.length, 1);
  assert.deepEqual([corrections[0].author, corrections[0].reason], ["local", "抄表错误"]);
  assert.deepEqual(corrections[0].values, [[base + 60_000, 101, "good", 90.5, "estimated"], [base + 90_000, null, null, 91, "estimated"]]);
  await server.program.kill(); // what is not flushed is replayed
  await server.start();
  await check();
});

test("heatnet query: an expression as sparklines and as a picture", async () => {
  const file = path.join(folder, "plot.png");
  const base = Date.now() - 3_600_000;
  await write("/write?db=x&precision=ms", Array.from({ length: 60 }, (_, i) => `spark,no=1 value=${i} ${base + i * 60_000}`).join("\n"));
  const query = (...words: string[]): Promise<{ code: number | string; output: string }> => run(binary("heatnet"), ["--data", server.folder, "query", ...words]);
  const shown = await query('spark{no="1"} * 2', "--from", "-1h", "--plot", file);
  assert.equal(shown.code, 0, shown.output);
  assert.match(shown.output, /\{no="1"\}\n {2}▁.*█ {2}now 118 {2}min 0 {2}max 118/);
  assert.equal(readFileSync(file).subarray(1, 4).toString(), "PNG");
  const wrong = await query("sum(");
  assert.equal(wrong.code, 1);
  assert.match(wrong.output, /1:5: parse error/);
});

test("/metrics: promtool finds no fault; a real Prometheus scrapes us and sends it back by remote write", async () => {
  const text = await request({ url: `${server.http}/metrics`, headers: as("reader") });
  assert.equal(text.status, 200);
  assert.match(text.text, /heatnet_outside_samples_total\{result="accepted"\} \d+/);
  writeFileSync(path.join(folder, "metrics"), text.text);
  const checked = await run("sh", ["-c", `promtool check metrics < ${path.join(folder, "metrics")}`]);
  assert.equal(checked.code, 0, checked.output);
  assert.equal((await request({ url: `${server.http}/metrics` })).status, 200, "anybody on this machine");
  const port = await freePorts(1);
  const url = new URL(server.http);
  writeFileSync(
    path.join(folder, "prometheus.yml"),
    `global: {scrape_interval: 1s}
scrape_configs: [{job_name: heatnet, static_configs: [{targets: ['${url.host}']}], authorization: {credentials: ${tokens["reader"]}}}]
remote_write: [{url: '${server.http}/prometheus/api/v1/write', authorization: {credentials: ${tokens["maker"]}}, queue_config: {batch_send_deadline: 500ms}}]
`,
  );
  const prometheus = new Program("prometheus", [
    `--config.file=${path.join(folder, "prometheus.yml")}`, `--storage.tsdb.path=${path.join(folder, "tsdb")}`, `--web.listen-address=127.0.0.1:${port}`,
  ]);
  try {
    await eventually("its samples are here", async () => (await ask('up{job="heatnet"}'))[0]?.value[1] === "1", 40_000);
    await eventually("rates can be asked", async () => (await ask('rate(heatnet_outside_requests_total[1m])'))[0] !== undefined, 40_000);
    const his = JSON.parse((await request({ url: `http://127.0.0.1:${port}/api/v1/query?query=heatnet_catalog_points` })).text).data.result[0];
    const ours = (await ask("heatnet_catalog_points"))[0];
    assert.deepEqual(ours.metric, his.metric);
  } finally {
    await prometheus.stop();
  }
});
