// What a dispatcher waits for: from a register that changes to the number on the screen, from an
// address typed to the first live number; and what the programs take of the machine's memory.
import * as path from "node:path";
import { readFileSync } from "node:fs";
import { Edge, Plant, Server, freePorts, temporaryFolder } from "../tests/system/lib/city.ts";
import { Device } from "../tests/system/lib/device.ts";
import { eventually, pause } from "../tests/system/lib/program.ts";
import { Browser, desk, webFolder, type SignedIn } from "../tests/system/browser/browser.ts";
import { figure, percentile, residentMb } from "./figure.ts";

const registers = 40;
const changes = Number(process.env["HEATNET_CHANGES"] ?? 1500);
const settleS = Number(process.env["HEATNET_SETTLE_S"] ?? 60);
const password = "Correct-horse-7-battery";
const web = ["--web", webFolder];

const load = (): string => readFileSync("/proc/loadavg", "utf8").split(" ").slice(0, 2).join(" ");
console.log(`# load ${load()}`);

async function signIn(browser: Browser, server: Server): Promise<SignedIn> {
  const screen = await browser.screen(server.http, desk);
  await screen.enterFirst("admin", server.oneTimePassword!, password);
  const signedIn = await screen.signedIn();
  await screen.close();
  return signedIn;
}

function catalogOf(port: number): string {
  const lines = [
    "kind,code,name,name_en,type,parent,time_zone",
    "site,S,试验站,Test station,station,,Asia/Shanghai",
    "kind,code,name,name_en,protocol,picture",
    "template,T,控制器,Controller,modbus-tcp,meter",
    "kind,template,key,name,name_en,quantity,address,decimals",
  ];
  for (let r = 0; r < registers; r++) lines.push(`point,T,r${r},点${r},Point ${r},number,holding ${r} u16,0`);
  lines.push("kind,code,name,site,template,terminal,address,cycle_s");
  lines.push(`device,D,控制器,S,T,T1,127.0.0.1:${port}/1,1`);
  return lines.join("\n") + "\n";
}

/* In the page: the time at which each number first stood in the text of a live value. */
function stampNumbers(): void {
  const stamps: Record<string, number> = {};
  Object.assign(globalThis, { stamps });
  const take = (node: Node | null): void => {
    const text = node?.textContent?.trim() ?? "";
    if (/^\d+$/.test(text)) stamps[text] ??= performance.timeOrigin + performance.now();
  };
  new MutationObserver((list) => {
    for (const one of list) one.type === "characterData" ? take(one.target) : one.addedNodes.forEach(take);
  }).observe(document, { subtree: true, childList: true, characterData: true });
}

/** The golden section of a tenth of a second: instants spread evenly over the second of the poll. */
const paceMs = 61.803399;

/** Each number is used once. */
async function latency(browser: Browser): Promise<void> {
  const folder = temporaryFolder("latency");
  const server = new Server(path.join(folder, "server"));
  await server.start(web);
  const device = new Device(await freePorts(1), registers);
  const edge = new Edge(path.join(folder, "edge"), await server.enrol("T1", path.join(folder, "certificates")));
  await server.importCsv(catalogOf(device.port));
  await edge.start(server.tls);
  const screen = await browser.screen(server.http, desk, await signIn(browser, server));
  await screen.context.addInitScript(stampNumbers);
  await screen.goto("/stations/S");
  await screen.page.locator("main tbody tr .live.good").nth(registers - 1).waitFor({ timeout: 60_000 });
  await pause(2000);

  const changed = new Map<number, number>();
  const read = new Map<number, number>();
  device.onRead = (register, timeMs) => {
    const number = device.registers[register]!;
    if (changed.has(number) && !read.has(number)) read.set(number, timeMs);
  };
  const begin = performance.now();
  for (let i = 0; i < changes; i++) {
    await pause(Math.max(0, begin + i * paceMs - performance.now()));
    const number = 100 + i;
    changed.set(number, performance.timeOrigin + performance.now());
    device.registers[i % registers] = number; // again after two and a half seconds: read in between
  }
  await pause(4000);
  const stamps = await screen.page.evaluate(() => (globalThis as unknown as { stamps: Record<string, number> }).stamps);
  const whole: number[] = [];
  const own: number[] = [];
  for (const [number, changedMs] of changed) {
    const seenMs = stamps[number];
    const readMs = read.get(number);
    if (seenMs === undefined || readMs === undefined) continue;
    whole.push(seenMs - changedMs);
    own.push(seenMs - readMs);
  }
  const missed = changed.size - whole.length;
  if (missed > changed.size / 50) throw new Error(`${missed} of ${changed.size} changes never came to the screen`);
  for (const p of [0.5, 0.99]) figure(`register_to_screen_p${p * 100}`, percentile(whole, p), "ms");
  for (const p of [0.5, 0.99]) figure(`read_to_screen_p${p * 100}`, percentile(own, p), "ms");
  figure("changes_not_seen", missed, "changes"); // of HEATNET_CHANGES
  await screen.close();
  await edge.program.stop();
  device.close();
  await server.program.stop();
}

/* In the page: when the first live number was drawn, ms since the navigation began. */
function stampFirstNumber(): void {
  const look = (): void => {
    const text = document.querySelector(".live.good .text")?.textContent ?? "";
    if (/\d/.test(text)) Object.assign(globalThis, { firstNumberMs: performance.now() });
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

interface Visit {
  scriptBytes: number;
  styleBytes: number;
  allBytes: number;
  firstPaintMs: number;
  firstNumberMs: number;
}

/** The overview in a window that has never been here. */
async function visit(browser: Browser, server: Server, signedIn: SignedIn): Promise<Visit> {
  const screen = await browser.screen(server.http, desk, signedIn);
  const wire = await screen.context.newCDPSession(screen.page);
  await wire.send("Network.enable");
  const kinds = new Map<string, string>();
  const bytes: Record<string, number> = {};
  wire.on("Network.responseReceived", (event) => kinds.set(event.requestId, event.type));
  wire.on("Network.loadingFinished", (event) => {
    const kind = kinds.get(event.requestId) ?? "other";
    bytes[kind] = (bytes[kind] ?? 0) + event.encodedDataLength;
  });
  await screen.context.addInitScript(stampFirstNumber);
  await screen.goto("/overview");
  const firstNumberMs = await eventually("a live number", () =>
    screen.page.evaluate(() => (globalThis as unknown as { firstNumberMs?: number }).firstNumberMs), 30_000);
  const firstPaintMs = await screen.page.evaluate(
    () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN,
  );
  await pause(500);
  await screen.close();
  return {
    scriptBytes: bytes["Script"] ?? 0,
    styleBytes: bytes["Stylesheet"] ?? 0,
    allBytes: Object.values(bytes).reduce((sum, n) => sum + n, 0),
    firstPaintMs,
    firstNumberMs,
  };
}

async function wholeDemo(browser: Browser): Promise<void> {
  const folder = temporaryFolder("demo");
  const server = new Server(path.join(folder, "server"));
  await server.start(web);
  const plant = new Plant(path.join(folder, "plant"));
  const edge = new Edge(path.join(folder, "edge"), await server.enrol("T1", path.join(folder, "certificates")));
  await plant.start();
  await server.importCsv(await plant.catalog("T1"));
  await edge.start(server.tls);
  const signedIn = await signIn(browser, server);
  await pause(settleS * 1000);
  for (const { name, child } of [edge.program, server.program, plant.program])
    figure(`resident_${name}`, residentMb(child.pid!), "MB");
  figure("resident_heatnet-edge_most", residentMb(edge.program.child.pid!, "VmHWM"), "MB");

  const visits: Visit[] = [];
  for (let i = 0; i < 5; i++) visits.push(await visit(browser, server, signedIn));
  const median = (of: (one: Visit) => number): number => percentile(visits.map(of), 0.5);
  figure("page_script", median((one) => one.scriptBytes) / 1000, "KB");
  figure("page_style", median((one) => one.styleBytes) / 1000, "KB");
  figure("page_all", median((one) => one.allBytes) / 1000, "KB");
  figure("first_paint", median((one) => one.firstPaintMs), "ms");
  figure("first_live_value", median((one) => one.firstNumberMs), "ms");
  await edge.program.stop();
  await plant.program.stop();
  await server.program.stop();
}

const browser = await Browser.start();
await latency(browser);
await wholeDemo(browser);
await browser.close();
console.log(`# load ${load()}`);
process.exit(0);
