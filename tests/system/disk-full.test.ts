// Full disks, on small tmpfs of the test's own (needs root): the state is said, nothing
// acknowledged is lost, and work goes on by itself when there is space again.
import { test, after } from "node:test";
import assert from "node:assert/strict";
import * as path from "node:path";
import { writeFileSync, rmSync, chmodSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { Edge, Plant, Server, lostReadings, readCatalog, stationsOnly, temporaryFolder } from "./lib/city.ts";
import { eventually, pause } from "./lib/program.ts";

const mounts: string[] = [];

function mountSmall(name: string, size: string): string {
  const folder = temporaryFolder(name);
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size},mode=0700`, "tmpfs", folder]);
  mounts.push(folder);
  return folder;
}

function fill(folder: string): string {
  const file = path.join(folder, "ballast");
  for (const bytes of [1 << 16, 512])
    try {
      for (let n = 0; ; n++) writeFileSync(file, Buffer.alloc(bytes, n & 255), { flag: "a" });
    } catch (error) {
      assert.match(String(error), /ENOSPC/);
    }
  return file;
}

after(() => {
  for (const mount of mounts) execFileSync("umount", ["-l", mount]);
});

async function city(name: string, serverFolder: string, edgeFolder: string) {
  const folder = temporaryFolder(name);
  const server = new Server(path.join(serverFolder, "server"));
  const plant = new Plant(path.join(folder, "plant"));
  await server.start();
  const edge = new Edge(path.join(edgeFolder, "edge"), await server.enrol("T1", path.join(folder, "certificates")));
  await plant.start();
  const csv = stationsOnly(await plant.catalog("T1"), 1);
  await server.importCsv(csv);
  const catalog = await readCatalog(server);
  await edge.start(server.tls);
  const counter = [...catalog.point.entries()].find(([code]) => code.endsWith(".poll_counter"))!;
  await eventually("data flows", async () => (await server.samples(counter[1])).length > 2);
  const device = counter[0].slice(0, counter[0].indexOf("."));
  const lost = async (): Promise<unknown[]> => {
    const end = Date.now() - 1500;
    const served = plant.served().filter((row) => row.address === catalog.address.get(device) && row.timeMs < end);
    const stored = new Set((await server.samples(counter[1])).map((s) => s[1] ?? -1));
    return lostReadings(served, stored);
  };
  // What a terminal says of its spool is as old as its last frame, so history itself is asked.
  const everything = async (): Promise<void> => {
    let missing: unknown[] = [];
    await eventually("every reading is in history", async () => (missing = await lost()).length === 0, 60_000).catch(
      () => assert.deepEqual(missing, []),
    );
    await eventually("no frame is missing", async () => (await server.get("/terminals")).terminals[0].missing_sequences === 0);
  };
  const stop = async (): Promise<void> => {
    await edge.program.stop();
    await plant.program.stop();
    assert.equal(await server.program.stop(), 0);
  };
  return { server, plant, edge, counter, everything, stop };
}

test("the server's disk fills up and gets space again", { timeout: 120_000 }, async () => {
  const small = mountSmall("disk-server", "24m");
  const c = await city("disk-a", small, temporaryFolder("disk-a-edge"));
  const ballast = fill(small);
  await eventually("the server says so", async () => {
    const status = await c.server.get("/status");
    return status.state === "no_space" && /\S/.test(status.state_text);
  }, 30_000);
  await c.server.get(`/values?points=${c.counter[1]}`); // still answers
  await pause(3000);
  rmSync(ballast);
  await eventually("it goes on by itself", async () => (await c.server.get("/status")).state === "ok", 30_000);
  await c.everything();
  await c.stop();
});

test("the terminal's disk fills up and gets space again", { timeout: 120_000 }, async () => {
  const small = mountSmall("disk-edge", "8m");
  chmodSync(small, 0o700);
  const c = await city("disk-b", temporaryFolder("disk-b-server"), small);
  await c.server.program.kill(); // a terminal whose server listens makes room by itself
  const ballast = fill(small);
  await eventually("the terminal says so", () => /write_failed error=space/.test(c.edge.program.output), 30_000);
  await pause(2000);
  rmSync(ballast);
  await eventually("it has space again", () => /write_recovered/.test(c.edge.program.output), 30_000);
  await c.server.start();
  await c.everything();
  await c.stop();
});
