// The server is away for an hour of plant time: the terminal keeps everything, live data comes
// first when it is back, the backlog follows in order, and not one reading is missing.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import * as path from "node:path";
import { Edge, Plant, Server, readCatalog, stationsOnly, temporaryFolder, type CatalogPoints } from "./lib/city.ts";
import { eventually, pause } from "./lib/program.ts";

const speed = 60; // an hour passes in a minute
const hour = 3_600_000;
const folder = temporaryFolder("outage");
const server = new Server(path.join(folder, "server"));
const plant = new Plant(path.join(folder, "plant"));
let edge: Edge;
let catalog: CatalogPoints;

const realStart = Date.now();
const origin = Math.floor((realStart - 48 * hour) / hour) * hour + hour - 10 * 60_000;
const clock = `${origin}/${realStart}/${speed}`;
const clockNow = (): number => origin + (Date.now() - realStart) * speed;

before(async () => {
  await server.start();
  edge = new Edge(path.join(folder, "edge"), await server.enrol("T1", path.join(folder, "certificates")));
  await plant.start(["--clock", clock]);
  const csv = stationsOnly(await plant.catalog("T1"), 30); // half a second at this speed
  await server.importCsv(csv);
  catalog = await readCatalog(server);
  await edge.start(server.tls, ["--clock", clock]);
});

after(async () => {
  await edge.program.stop();
  await plant.program.stop();
  await server.program.stop();
});

test("an hour away", { timeout: 300_000 }, async () => {
  const first = [...catalog.point.entries()].find(([code]) => code.endsWith(".poll_counter"))!;
  await eventually("data flows", async () => (await server.samples(first[1])).length > 10);
  const awayFrom = clockNow();
  assert.equal(await server.program.stop(), 0);
  await pause(hour / speed);
  await server.start();
  const backAt = clockNow();

  // Live first: the newest reading is fresh at once, while the backlog is still on its way.
  await eventually("live values are fresh", async () => {
    const { values } = await server.get(`/values?points=${first[1]}`);
    return clockNow() - values[0][3] < 120_000; // 2 s at this speed
  }, 10_000, 20);

  await eventually("nothing is missing", async () => {
    const { terminals } = await server.get("/terminals");
    return terminals[0].missing_sequences === 0 && terminals[0].spool_frames <= 5;
  }, 60_000);

  // The backlog came in order.
  const { records } = await server.get("/log?terminal=T1&verdict=stored&limit=100000");
  const arrivals = records.reverse() as { number: number; sequence: number }[];
  const returned = arrivals.slice(arrivals.findIndex((r, i) => i > 0 && r.sequence > arrivals[i - 1]!.sequence + 1));
  let highest = 0;
  const backlog: number[] = [];
  for (const r of returned)
    if (r.sequence > highest) highest = r.sequence;
    else backlog.push(r.sequence);
  assert.ok(backlog.length > 10, `a backlog came (${backlog.length} frames)`);
  assert.deepEqual(backlog, [...backlog].sort((a, b) => a - b), "backlog in order");

  // Wait until the hour after the outage is over, then every device has every reading.
  const from = Math.ceil(awayFrom / hour) * hour;
  const to = from + hour;
  await eventually("that hour is over", () => clockNow() > to + 60_000, 120_000);
  await eventually("completeness is 100 %", async () => {
    const answer = await server.get(`/terminals/T1/completeness?from=${from - hour}&to=${to}&step=hour`);
    const whole = answer.devices.map((d: any) => {
      const step = d.steps.find((s: number[]) => s[0] === from);
      return step === undefined ? 0 : (100 * step[1]) / step[2];
    });
    return whole.length === 25 && whole.every((percent: number) => percent >= 100);
  }, 30_000, 500);
  const gaps = await server.get(`/devices/${catalog.device.get(first[0].slice(0, first[0].indexOf(".")))}/gaps?from=${awayFrom}&to=${backAt}`);
  assert.deepEqual(gaps.gaps, []);
});
