// Data at rest: what was sent is in no file as it was, another key opens nothing, and any
// flipped bit of the raw log is found.  Dose: HEATNET_FLIPS (default 30).
import { test, after } from "node:test";
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { Server, temporaryFolder } from "./lib/city.ts";
import { binary, eventually, pause, random, run } from "./lib/program.ts";
import { Sender } from "./lib/sender.ts";
import { Terminal } from "./lib/uplink.ts";

const flips = Number(process.env["HEATNET_FLIPS"] ?? 30);
const seed = Number(process.env["HEATNET_SEED"] ?? Date.now() % 1_000_000);
const chance = random(seed);
const folder = temporaryFolder("at-rest");
const server = new Server(path.join(folder, "server"));
const small = ["--seal-mb", "1", "--head-mb", "1", "--head-minutes", "1"];
const marker = Buffer.from("MARKED-FOR-THE-SEARCH-IN-ALL-FILES");
const rawlog = path.join(server.folder, "rawlog");

after(() => server.program.alive && server.program.kill());

const verify = () => run(binary("heatnet"), ["--data", server.folder, "log", "verify"]);

function filesUnder(at: string): string[] {
  return readdirSync(at).flatMap((name) => {
    const file = path.join(at, name);
    const about = statSync(file);
    return about.isDirectory() ? filesUnder(file) : about.isFile() ? [file] : [];
  });
}

test("no file has what was sent, open or sealed", { timeout: 60_000 }, async () => {
  await server.start(small);
  const sender = new Sender(seed);
  await sender.introduce(server, path.join(folder, "certificates"));
  const terminal = new Terminal(server.tls, sender.files);
  // Kept as received, because its check code is wrong; and rows with known bytes.
  const damaged = Buffer.concat([Buffer.from([0x0a, marker.length + 2, 0x0a, marker.length]), marker]);
  for (let i = 0; i < 3; i++) await terminal.upload(damaged);
  sender.start(server);
  await eventually("a file was sealed", () => readdirSync(rawlog).some((name) => name.endsWith(".sealed")), 40_000);
  await sender.stop();
  await terminal.upload(damaged);
  terminal.close();
  const { records } = await server.get("/log?verdict=damaged&limit=1000");
  assert.equal(records.length, 4);
  const kept = await server.get(`/log/${records[0].number}`);
  assert.ok(JSON.stringify(kept).includes(marker.toString("hex")), "the server itself can read it");
  assert.equal(await server.program.stop(), 0);
  const hits = filesUnder(server.folder).filter((file) => readFileSync(file).includes(marker));
  assert.deepEqual(hits, []);
  const verified = await verify();
  assert.equal(verified.code, 0, verified.output);
});

test("another master key, or none, is refused in words", { timeout: 30_000 }, async () => {
  const master = path.join(server.folder, "keys", "master.key");
  const mine = readFileSync(master);
  for (const [what, words, act] of [
    ["another", /is not the master key/, () => writeFileSync(master, `${"5a".repeat(32)}\n`)],
    ["none", /master key is missing/, () => renameSync(master, `${master}.away`)],
  ] as const) {
    act();
    const refused = await verify();
    assert.notEqual(refused.code, 0, what);
    assert.match(refused.output, words);
    await assert.rejects(server.start(small), words);
  }
  renameSync(`${master}.away`, master);
  writeFileSync(master, mine);
  assert.ok(existsSync(master));
  assert.equal((await verify()).code, 0);
});

test(`${flips} flipped bits of the raw log are all found (seed ${seed})`, { timeout: 600_000 }, async () => {
  const files = filesUnder(rawlog).filter((file) => statSync(file).size > 0);
  for (let i = 0; i < flips; i++) {
    const file = files[Math.floor(chance() * files.length)]!;
    const bytes = readFileSync(file);
    const bit = Math.floor(chance() * bytes.length * 8);
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    writeFileSync(file, bytes);
    const found = await verify();
    assert.equal(found.code, 1, `bit ${bit} of ${path.basename(file)} was not found`);
    assert.match(found.output, /from record \d+ on/);
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    writeFileSync(file, bytes);
  }
  assert.equal((await verify()).code, 0);
  await server.start(small);
  await pause(10);
  assert.equal(await server.program.stop(), 0);
});
