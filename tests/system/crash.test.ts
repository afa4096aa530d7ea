// kill -9 of terminal, server and both at random moments under load.  What the plant served is
// the truth: every poll carries a counter, so that each reading can be found again in history.
// Dose: HEATNET_KILLS (default 200).
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import * as path from "node:path";
import { Edge, Plant, Server, lostReadings, readCatalog, stationsOnly, temporaryFolder, type CatalogPoints } from "./lib/city.ts";
import { binary, eventually, pause, random, run } from "./lib/program.ts";

const kills = Number(process.env["HEATNET_KILLS"] ?? 200);
const seed = Number(process.env["HEATNET_SEED"] ?? Date.now() % 1_000_000);
const speed = 10; // clock seconds a second: each of 25 devices is polled ten times a second

const folder = temporaryFolder("crash");
const server = new Server(path.join(folder, "server"));
const plant = new Plant(path.join(folder, "plant"));
let edge: Edge;
let catalog: CatalogPoints;

const now = Date.now();
const origin = now - 24 * 3_600_000;
const clock = `${origin}/${now}/${speed}`;
const clockNow = (): number => origin + (Date.now() - now) * speed;

before(async () => {
  await server.start();
  edge = new Edge(path.join(folder, "edge"), await server.enrol("T1", path.join(folder, "certificates")));
  await plant.start(["--clock", clock]);
  const csv = stationsOnly(await plant.catalog("T1"), 1);
  await server.importCsv(csv);
  catalog = await readCatalog(server);
  await edge.start(server.tls, ["--clock", clock]);
});

after(async () => {
  await edge.program.stop();
  await plant.program.stop();
  await server.program.stop();
});

test(`${kills} kills: nothing acknowledged is lost, nothing is there twice (seed ${seed})`, { timeout: 900_000 }, async () => {
  const chance = random(seed);
  const edgeKills: number[] = []; // clock times
  const readyMs: number[] = [];
  for (let i = 0; i < kills; i++) {
    await pause(30 + chance() * 500);
    const who = Math.floor(chance() * 3);
    if (who !== 0) edgeKills.push(clockNow());
    await Promise.all([who !== 1 && server.program.kill(), who !== 0 && edge.program.kill()]);
    const begin = Date.now();
    if (who !== 1) {
      await server.start();
      readyMs.push(Date.now() - begin);
    }
    if (who !== 0) await edge.start(server.tls, ["--clock", clock]);
  }
  await pause(1500);
  const lastMs = clockNow() - 500 * speed;
  await eventually("the spool is empty", async () => {
    const { terminals } = await server.get("/terminals");
    return terminals[0].spool_frames <= 3 && terminals[0].missing_sequences === 0;
  }, 60_000);

  const points = [...catalog.point.entries()].filter(([code]) => code.endsWith(".poll_counter"));
  assert.equal(points.length, 25);
  const inHistory = new Map<string, [number, number | null, number][]>();
  for (const [code, id] of points) inHistory.set(code, await server.samples(id, origin, Date.now()));
  const served = new Map<string, { counter: number; timeMs: number }[]>(); // read after history: it must know all of it
  for (const row of plant.served()) {
    if (!served.has(row.address)) served.set(row.address, []);
    served.get(row.address)!.push(row);
  }
  let stored = 0;
  let notStored = 0;
  const failures: string[] = [];
  for (const [code] of points) {
    const device = code.slice(0, code.indexOf("."));
    const rows = served.get(catalog.address.get(device)!);
    assert.ok(rows, `the plant's served log knows ${device}`);
    const counters = new Set(rows.map((row) => row.counter));
    const samples = inHistory.get(code)!.filter((s) => s[1] !== null);
    const seen = new Set<number>();
    for (const [time, value] of samples) {
      if (seen.has(value!)) failures.push(`${code}: reading ${value} is there twice`);
      seen.add(value!);
      if (!counters.has(value!)) failures.push(`${code}: reading ${value} at ${time} was never served`);
    }
    stored += seen.size;
    for (const row of lostReadings(rows.filter((r) => r.timeMs <= lastMs), seen)) {
      notStored++;
      // Only what a terminal held when it was killed, before its disk had it, may be missing.
      const held = edgeKills.some((kill) => row.timeMs <= kill + 100 * speed && kill - row.timeMs < 1000 * speed);
      if (!held) failures.push(`${code}: reading ${row.counter} of ${row.timeMs} is lost`);
    }
  }
  assert.deepEqual(failures.slice(0, 20), []);
  assert.ok(stored > kills * 25, `only ${stored} readings: no load`);
  // Exactly once: no frame was taken a second time (history alone would hide it).
  const frames = new Set<string>();
  for (let before = 0; ; ) {
    const page = await server.get(`/log?verdict=stored&limit=1000${before ? `&before=${before}` : ""}`);
    for (const r of page.records) {
      assert.ok(!frames.has(`${r.spool} ${r.sequence}`), `frame ${r.spool} ${r.sequence} was stored twice`);
      frames.add(`${r.spool} ${r.sequence}`);
      before = r.number;
    }
    if (!page.more) break;
  }
  assert.ok(frames.size > kills, `only ${frames.size} frames`);
  const verified = await run(binary("heatnet"), ["--data", server.folder, "log", "verify"]);
  assert.equal(verified.code, 0, verified.output);
  const { terminals } = await server.get("/terminals");
  console.log(
    `kills ${kills} seed ${seed}: stored ${stored} readings of ${points.length} devices in ${frames.size} frames, ` +
      `${notStored} were in a killed terminal's memory, ` +
      `${terminals[0].frames_duplicate} frames came again and were told apart; ` +
      `server ready again in at most ${Math.max(...readyMs)} ms`,
  );
  assert.ok(Math.max(...readyMs) < 10_000);
});
