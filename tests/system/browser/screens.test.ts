// Every page of the web UI in a real browser, on a real city: server, plant, terminal.
// The tests follow one another as a dispatcher's day does and share that city.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import type { Locator, Page } from "playwright-core";
import { Edge, Plant, Server, readCatalog, temporaryFolder, type CatalogPoints } from "../lib/city.ts";
import { eventually, pause, root, run, binary } from "../lib/program.ts";
import { Terminal, encodeUpload } from "../lib/uplink.ts";
import {
  Browser, Screen, accessibilityFaults, desk, narrow, tablet, webFolder,
  type Language, type SignedIn, type View,
} from "./browser.ts";
import { bursts, watchSound, type Heard } from "./watch-sound.ts";
import { word } from "./words.ts";

const folder = temporaryFolder("browser");
const server = new Server(path.join(folder, "server"));
const plant = new Plant(path.join(folder, "plant"));
let edge: Edge;
let catalog: CatalogPoints;
let browser: Browser;
let admin: SignedIn; // the administrator's cookie
let watching: Screen; // the administrator's window, open through the whole day

const password = "Correct-horse-7-battery";
const zh = (key: string, values?: Record<string, string | number>): string => word("zh", key, values);
const en = (key: string, values?: Record<string, string | number>): string => word("en", key, values);

/** The plant's catalog with five households; stations read every 2 s. */
function smallCatalog(csv: string, cycleS: number): string {
  return csv
    .split("\n")
    .filter((line) => !/S\d\d-H\d\d/.test(line) || /S01-H0[1-5]/.test(line))
    .map((line) => line.replace(/^(device,.*),\d+$/, `$1,${cycleS}`))
    .join("\n");
}

before(async () => {
  await server.start(["--web", webFolder]);
  edge = new Edge(path.join(folder, "edge"), await server.enrol("T1", path.join(folder, "certificates")));
  await plant.start(["--start", "-3h", "--hold"]);
  const csv = await plant.catalog("T1");
  await server.importCsv(smallCatalog(csv, 60));
  const filled = await run(
    binary("heatnet-edge"),
    ["fill", ...edge.arguments(server.tls, ["--from", "-3h", "--plant", plant.control])],
    120_000,
  );
  assert.equal(filled.code, 0, filled.output);
  await server.importCsv(smallCatalog(csv, 2));
  await plant.command("run");
  catalog = await readCatalog(server);
  await edge.start(server.tls);
  browser = await Browser.start();
  watching = await browser.screen(server.http, desk);
  await watching.context.addInitScript(watchSound);
});

after(async () => {
  await browser?.close();
  await edge?.program?.stop();
  await plant.program?.stop();
  await server.program?.stop();
});

const shown = (locator: Locator, timeout = 20_000): Promise<void> => locator.first().waitFor({ state: "visible", timeout });
const rows = (page: Page): Locator => page.locator("main tbody tr");
const heard = (page: Page): Promise<Heard> => page.evaluate(() => (globalThis as unknown as { heard: Heard }).heard);

/** The first key after loading a page lets it sound. */
async function unmute(page: Page): Promise<void> {
  await shown(page.locator("footer"));
  await page.keyboard.press("x");
  await page.getByText(zh("sound.blocked")).waitFor({ state: "hidden" });
}

/** A test in the administrator's window; when it fails, what the window showed is kept. */
function journey(name: string, steps: () => Promise<void>): void {
  test(name, { timeout: 180_000 }, async () => {
    try {
      await steps();
      watching.check();
    } catch (error) {
      const kept = path.join(root, "tests/system/output");
      mkdirSync(kept, { recursive: true });
      await watching.page.screenshot({ path: path.join(kept, `${name.replace(/\W.*/, "")}.png`) }).catch(() => undefined);
      const problems = watching.problems.splice(0);
      throw problems.length > 0 ? new Error(`${String(error)}\n${problems.join("\n")}`) : error;
    }
  });
}

journey("log-in: language by one click and remembered, wrong password, one-time password must be changed", async () => {
  const { page } = watching;
  await watching.goto("/");
  await page.waitForURL("**/login**");
  await shown(page.getByRole("button", { name: zh("login.send") }));
  assert.equal(await page.locator("html").getAttribute("lang"), "zh-CN");
  await page.getByRole("button", { name: "English" }).click();
  await shown(page.getByRole("button", { name: en("login.send") }));
  await page.reload();
  await shown(page.getByRole("button", { name: en("login.send") }));
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  watching.check();
  watching.allow(/status of 401 .*\/api\/v1\/session$/);
  await watching.enter("admin", "not the password");
  await shown(page.getByRole("alert").filter({ hasText: en("login.wrong") }));
  await page.getByRole("button", { name: "中文" }).click();

  assert.ok(server.oneTimePassword, "heatnetd printed a one-time password");
  await watching.enter("admin", server.oneTimePassword);
  await page.waitForURL("**/password");
  await shown(page.getByText(zh("password.forced")));
  await watching.goto("/overview"); // there is no way round it
  await page.waitForURL("**/password");
  await watching.changePassword(server.oneTimePassword, password, `${password}x`);
  await shown(page.getByRole("alert").filter({ hasText: zh("password.differ") }));
  watching.allow(/status of 400 .*\/session\/password$/);
  await watching.changePassword(server.oneTimePassword, "1234567890");
  await shown(page.getByRole("alert").filter({ hasNotText: zh("password.differ") }));
  await watching.changePassword(server.oneTimePassword, password);
  await page.waitForURL("**/overview");
  admin = await watching.signedIn();
});

journey("overview: the network from the model, with living totals, by mouse and by key", async () => {
  const { page } = watching;
  const nodes = page.getByRole("group", { name: zh("overview.network") }).getByRole("link");
  await eventually("25 nodes", async () => (await nodes.count()) === 25);
  await eventually("every node shows its temperatures", async () => {
    const texts = await nodes.allTextContents();
    return texts.every((text) => /\d\d\.\d \/ \d\d\.\d °C/.test(text));
  });
  assert.match(await page.locator("header").first().innerText(), /-?\d+\.\d\s*°C/);
  assert.equal(await page.getByText(zh("line.live")).count() > 0, true);
  await page.getByRole("button", { name: "EN", exact: true }).click();
  await shown(page.getByRole("link", { name: /Dongsheng/ }));
  await page.getByRole("button", { name: "中文" }).click();
  await nodes.filter({ hasText: "翠竹站" }).click();
  await page.waitForURL("**/stations/S02");
  await page.goBack();
  await nodes.filter({ hasText: "学府站" }).focus();
  await page.keyboard.press("Enter");
  await page.waitForURL("**/stations/S03");
  await page.keyboard.press("/");
  await page.getByRole("combobox").fill("文昌");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/stations/S06**");
});

journey("station: the picture lives, a changed value comes by itself, a click opens its trend", async () => {
  const { page } = watching;
  await watching.goto("/stations/S02");
  const picture = page.getByRole("group", { name: zh("picture.title", { name: "翠竹站" }) });
  const values = picture.getByRole("link");
  await eventually("numbers on the picture", async () => {
    const numbers = await values.locator("text.number").allTextContents();
    return numbers.length >= 12 && numbers.every((text) => /^[−-]?\d+(\.\d+)?$/.test(text.trim()));
  });
  const row = rows(page).filter({ hasText: "heating_curve_offset" });
  await shown(row);
  assert.match(await row.innerText(), new RegExp(zh("quality.0")));
  await plant.command("set", "S02", "heating_curve_offset", "7.5");
  await eventually("7.5 on the screen", async () => /7\.5\s*°C/.test(await row.innerText()));
  const { templates } = await server.get("/catalog");
  assert.equal(await rows(page).count(), templates.find((one: any) => one.code === "station-plc").points.length);
  const age = Number((await row.locator("td").last().innerText()).match(/\d+/)?.[0]);
  assert.ok(age < 30, `the value is ${age} s old`);

  await values.filter({ hasText: /二次供温\s*°C/ }).click();
  await page.waitForURL((url) => url.pathname === "/trends");
  assert.equal(
    Number(new URL(page.url()).searchParams.get("points")),
    catalog.point.get("S02-PLC.secondary_supply_temperature"),
  );
  await watching.goto("/stations/S01?tab=households");
  await eventually("five households", async () => (await rows(page).count()) === 5);
  await eventually("with their values", async () => /\d+\.\d/.test(await rows(page).first().innerText()));
});

async function inkOf(page: Page): Promise<number> {
  return page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>("canvas");
    if (!canvas) return 0;
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    let ink = 0;
    for (let i = 3; i < data.length; i += 4) if (data[i]! > 0) ink++;
    return ink;
  });
}

const rangeOf = (page: Page): { from: number; to: number; last: number } => {
  const query = new URL(page.url()).searchParams;
  return { from: Number(query.get("from")), to: Number(query.get("to")), last: Number(query.get("last")) };
};

journey("trend: drawn, zoomed by wheel to raw samples, panned by drag, added to, saved as CSV", async () => {
  const { page } = watching;
  const supply = catalog.point.get("S02-PLC.secondary_supply_temperature")!;
  const to = Date.now();
  await watching.goto(`/trends?points=${supply}&from=${to - 3 * 3_600_000}&to=${to}`);
  await eventually("a line is drawn", async () => (await inkOf(page)) > 2000);
  const plot = page.locator(".u-over");
  const box = (await plot.boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.6, box.y + box.height / 2);
  for (let i = 0; i < 6; i++) await page.mouse.wheel(0, -240);
  const zoomed = await eventually("the wheel zooms in", () => {
    const range = rangeOf(page);
    return range.to - range.from > 0 && range.to - range.from < 3_600_000 && range;
  });
  await shown(page.getByText(zh("trend.raw")));
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6 + 300, box.y + box.height / 2, { steps: 5 });
  await page.mouse.up();
  const panned = await eventually("dragging to the right goes back in time", () => {
    const range = rangeOf(page);
    return range.from < zoomed.from && range;
  });
  assert.ok(Math.abs(panned.to - panned.from - (zoomed.to - zoomed.from)) < 5000, "the span stays");

  await page.getByRole("button", { name: zh("trend.add") }).click();
  await page.getByRole("dialog").getByRole("searchbox").fill("翠竹 二次回水温度");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await eventually("two pens", () => new URL(page.url()).searchParams.get("points")?.split(",").length === 2);
  await watching.goto(`/trends?points=${supply},${catalog.point.get("S02-PLC.secondary_return_temperature")}&from=${to - 2 * 3_600_000}&to=${to}`);
  await shown(page.locator("canvas"));
  const wait = page.waitForEvent("download");
  await page.getByRole("button", { name: zh("action.csv") }).click();
  const file = await wait;
  assert.match(file.suggestedFilename(), /^trend-.*\.csv$/);
  const csv = readFileSync((await file.path())!, "utf8");
  assert.equal(csv.charCodeAt(0), 0xfeff, "a mark for spreadsheets");
  const lines = csv.trim().split(/\r?\n/);
  assert.match(lines[0]!, /二次供水温度.*°C.*二次回水温度.*°C/);
  assert.ok(lines.length > 100, `${lines.length} lines`);
  assert.match(lines[50]!, /,\d+(\.\d+)?,\d+(\.\d+)?$/);

  await page.getByRole("button", { name: zh("trend.table") }).click();
  await eventually("the same as a table", async () => (await page.locator(".canvas tbody tr").count()) > 50);
});

journey("alarm: it appears, rings until acknowledged, by whom and why is kept, and found again", async () => {
  const { page } = watching;
  await watching.goto("/alarms");
  await unmute(page);
  await plant.command("fault", "S05", "pump-trip");
  const row = rows(page).filter({ hasText: "滨河站" }).filter({ hasText: "循环泵1故障" });
  await shown(row, 30_000);
  assert.match(await row.innerText(), new RegExp(zh("alarm.state.unacknowledged")));
  const banner = page.locator("footer");
  await shown(banner.getByText("循环泵1故障"));
  await eventually("the title counts it", async () => /^\(\d+!\) /.test(await page.title()));

  const first = await eventually("a looped tone of three seconds", async () => {
    const now = await heard(page);
    return now.playing === 1 && now.starts.at(-1)!.loop && Math.abs(now.starts.at(-1)!.seconds - 3) < 0.1 && now;
  });
  await eventually("it rings again and again", async () => bursts((await heard(page)).sounding) >= bursts(first.sounding) + 2, 30_000);
  await page.keyboard.press("F8");
  await eventually("silence is this station's", async () => (await heard(page)).playing === 0);
  assert.match(await row.innerText(), new RegExp(zh("alarm.state.unacknowledged")), "silence is not acknowledgement");
  await plant.command("fault", "S07", "pump-trip");
  const second = rows(page).filter({ hasText: "和平里站" }).filter({ hasText: "循环泵1故障" });
  await shown(second, 30_000);
  await eventually("the next alarm rings anew", async () => (await heard(page)).playing === 1);

  await row.getByRole("checkbox").check();
  await second.getByRole("checkbox").check();
  await page.keyboard.press("F9");
  await shown(page.getByRole("dialog").getByText(zh("acknowledge.one_by_one")));
  await page.keyboard.press("Escape");
  await second.getByRole("checkbox").uncheck();
  for (const [one, note] of [[row, "检修班已派人"], [second, ""]] as const) {
    if (!(await one.getByRole("checkbox").isChecked())) await one.getByRole("checkbox").check();
    await banner.getByRole("button", { name: zh("action.acknowledge") }).click();
    await page.getByRole("dialog").getByRole("textbox").fill(note);
    await page.getByRole("dialog").getByRole("button", { name: zh("action.acknowledge") }).click();
    await eventually("acknowledged", async () => (await one.innerText()).includes(zh("alarm.state.acknowledged")));
  }
  assert.match(await row.innerText(), /检修班已派人/);
  assert.match(await row.innerText(), /admin .*\d\d:\d\d:\d\d/, "by whom and when");

  await plant.command("clear", "S05");
  await plant.command("clear", "S07");
  await eventually("normal and acknowledged: gone from the list", async () => (await row.count()) === 0, 60_000);
  for (const alarm of (await server.get("/alarms?state=active")).alarms)
    if (alarm.state !== "acknowledged") await server.ask("POST", "/alarms/acknowledge", { alarms: [alarm.id], note: "" });
  await eventually("all acknowledged: no tone", async () => (await heard(page)).playing === 0);

  await page.getByRole("button", { name: zh("alarms.history") }).click();
  await shown(row);
  await page.getByRole("searchbox").fill("循环泵1");
  await eventually("the search narrows", async () => {
    const texts = await rows(page).allInnerTexts();
    return texts.length >= 2 && texts.every((text) => text.includes("循环泵1"));
  });
  await page.getByRole("searchbox").fill("滨河");
  await eventually("a station finds its alarms", async () => {
    const texts = await rows(page).allInnerTexts();
    return texts.length >= 1 && texts.every((text) => text.includes("滨河站"));
  });
  assert.match(await row.innerText(), /检修班已派人/);
  assert.match(await row.innerText(), new RegExp(zh("alarm.state.closed")));
  await page.getByRole("searchbox").fill("没有这样的报警");
  await shown(page.getByText(zh("alarms.none")));
});

journey("sound: a mute window says so until the first key", async () => {
  const screen = await browser.screen(server.http, desk, admin);
  // Asking the page from outside counts as a gesture; it must tell by itself.
  await screen.context.addInitScript((text) => {
    const seen = (): void => {
      if (document.body?.innerText.includes(text)) console.info("mute");
      else setTimeout(seen, 50);
    };
    seen();
  }, zh("sound.blocked"));
  const told = screen.page.waitForEvent("console", (message) => message.text() === "mute");
  await screen.goto("/overview");
  await told;
  await screen.page.keyboard.press("x");
  await screen.page.getByText(zh("sound.blocked")).waitFor({ state: "hidden" });
  await screen.close();
});

async function addAccount(name: string, role: string): Promise<string> {
  const { page } = watching;
  await page.getByRole("button", { name: zh("account.add") }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(zh("account.name")).fill(name);
  await dialog.getByLabel(zh("account.full_name")).fill(`Person ${name}`);
  await dialog.getByLabel(zh("account.role")).selectOption(role);
  await dialog.getByRole("button", { name: zh("account.add") }).click();
  await shown(dialog.getByText(zh("account.once", { name })));
  const once = (await dialog.locator("p.mono").innerText()).trim();
  await dialog.getByRole("button", { name: zh("account.noted") }).click();
  return once;
}

journey("accounts: an operator and an ordinary user see and may what their role says", async () => {
  await plant.command("fault", "S03", "communication-loss"); // a gap for the data page
  await watching.goto("/admin/accounts");
  const roles = [
    { name: "duty", role: "operator", pages: ["overview", "stations", "trends", "alarms", "data"], closed: ["/admin"] },
    { name: "guest", role: "user", pages: ["overview", "stations", "trends", "alarms"], closed: ["/admin", "/data", "/data/log"] },
  ];
  for (const { name, role, pages, closed } of roles) {
    const once = await addAccount(name, role);
    const screen = await browser.screen(server.http, tablet);
    await screen.enterFirst(name, once, `${password}-2`);
    const menu = screen.page.getByRole("navigation", { name: zh("page.menu") }).getByRole("link");
    await shown(menu);
    assert.deepEqual(await menu.allInnerTexts(), pages.map((one) => zh(`page.${one}`)));
    for (const address of closed) {
      await screen.go(address);
      await shown(screen.page.getByText(zh("error.forbidden"), { exact: true }));
    }
    const acknowledge = screen.page.locator("footer").getByRole("button", { name: zh("action.acknowledge") });
    assert.equal(await acknowledge.isEnabled(), role === "operator");
    await screen.page.getByRole("button", { name: zh("action.sign_out") }).click();
    await screen.page.waitForURL("**/login**");
    await screen.close();
  }
  await eventually("S03 does not answer", async () => {
    const { terminals } = await server.get("/terminals");
    return terminals
      .find((one: any) => one.code === "T1")
      .devices.some((one: any) => one.id === catalog.device.get("S03-PLC") && one.state === "offline");
  }, 60_000);
  await plant.command("clear", "S03");
  await eventually("S03 answers again", async () => {
    const { values } = await server.get(`/values?points=${catalog.point.get("S03-PLC.heat_power")}`);
    return values[0][2] === 0;
  }, 60_000);
});

journey("import: a wrong file is told line by line and changes nothing; dry run, then applied", async () => {
  const { page } = watching;
  await watching.goto("/admin/import");
  const give = (text: string): Promise<void> =>
    page.locator('input[type="file"]').setInputFiles({ name: "change.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  const head = "kind,code,name,name_en,type,parent,time_zone\n";
  watching.allow(/status of 422 .*\/catalog\/import/);
  await give(`${head}site,S90,新站,New,station,B1,\nsite,S91,坏站,Bad,palace,B1,\nsite,S92,坏站,Bad,station,NOWHERE,\n`);
  await shown(page.getByRole("alert").filter({ hasText: zh("import.errors", { n: 2 }) }));
  const faults = (await rows(page).allInnerTexts()).map((text) => text.split(/\t/).map((cell) => cell.trim()));
  assert.deepEqual(faults.map((fault) => fault[0]), ["3", "4"]);
  assert.deepEqual(faults.map((fault) => fault[1]), ["type", "parent"]);
  const count = async (): Promise<number> => (await server.get("/catalog?households=0")).sites.length;
  const sites = await count();

  await give(`${head}site,S90,新城站,Xincheng,station,B1,\n`);
  await shown(page.getByRole("status").filter({ hasText: "change.csv" }));
  assert.match((await rows(page).allInnerTexts())[0]!, new RegExp(`${zh("import.sites")}\\s+1\\s+0\\s+0`));
  assert.equal(await count(), sites, "a dry run changes nothing");
  await page.getByRole("button", { name: zh("import.apply"), exact: true }).click();
  await shown(page.getByText(zh("import.applied", { name: "change.csv" })));
  assert.equal(await count(), sites + 1);
  await watching.go("/stations/S90");
  await shown(page.getByRole("heading", { name: "新城站" }));
});

journey("data: terminals, completeness with its gaps, the raw log with what was refused and why", async () => {
  const { page } = watching;
  const own = new Terminal(server.tls, await server.enrol("OWN", path.join(folder, "own")));
  const damaged = await own.upload(
    encodeUpload(
      { terminal: "OWN", spool: 7n, sequence: 1, transmittedMs: Date.now(), blocks: [] },
      (bytes) => void (bytes[5]! ^= 1),
    ),
  );
  assert.equal(damaged.verdicts[0]!.result, "damaged");
  own.close();

  await watching.goto("/data");
  const terminal = rows(page).filter({ hasText: "T1" });
  await shown(terminal);
  const told = (await terminal.innerText()).split(/\t/);
  assert.match(told[2]!, new RegExp(zh("data.connected_yes")));
  assert.ok(Number(told[4]!.replace(/\D/g, "")) > 0, "frames received");
  assert.ok(Number(told[5]!.replace(/\D/g, "")) > 0, "last sequence number");
  await terminal.getByRole("link", { name: "T1" }).click();
  await page.waitForURL("**/data/T1");
  const device = rows(page).filter({ hasText: "S03" });
  await shown(device);
  assert.equal(await rows(page).count(), 30, "24 stations, the source and five meters");
  assert.match(await device.first().innerText(), /\d+(\.\d+)?\s*%\s+[\d, ]+ \/ [\d, ]+/);
  const gap = page.getByRole("dialog").locator("tbody tr").first();
  await eventually("the gap of S03, at the latest when its minute is over", async () => {
    await device.getByRole("button").first().click();
    const there = await gap.waitFor({ timeout: 3000 }).then(() => gap.innerText(), () => undefined);
    await page.keyboard.press("Escape");
    return /\d\d:\d\d:\d\d\s.*\d\d:\d\d:\d\d\s.*[1-9]\d*$/s.test(there?.trim() ?? "");
  }, 75_000, 2000);
  await page.getByRole("button", { name: zh("data.by_day") }).click();
  await shown(device);
  await page.getByRole("button", { name: zh("data.devices") }).click();
  await eventually("all devices with their state", async () => (await rows(page).filter({ hasText: zh("device.online") }).count()) >= 29);

  await watching.goto("/data/log");
  await shown(rows(page).filter({ hasText: zh("verdict.stored") }));
  assert.match(await rows(page).filter({ hasText: zh("verdict.stored") }).first().innerText(), /[0-9a-f]{8}/);
  await page.getByLabel(zh("log.verdict")).selectOption("damaged");
  await eventually("only the damaged one", async () => (await rows(page).count()) === 1);
  const refused = (await rows(page).first().innerText()).split(/\t/);
  assert.match(refused[2]!, /OWN/);
  assert.match(refused[6]!, /\S/, "why");
  await page.getByLabel(zh("log.verdict")).selectOption("stored");
  await shown(rows(page).filter({ hasText: "T1" }));
  await rows(page).first().getByRole("button").click();
  const record = page.getByRole("dialog");
  await shown(record.getByText(zh("log.check")));
  await record.getByRole("button", { expanded: false }).first().click();
  await shown(record.locator(".block tbody tr"));
  assert.match(await record.locator("pre").innerText(), /([0-9a-f]{2} ){8}/);
  await page.keyboard.press("Escape");
});

journey("server away: the screen says so, and comes back by itself", async () => {
  const { page } = watching;
  await watching.goto("/stations/S02");
  await unmute(page);
  await eventually("it lives", async () => (await page.locator(".live.good").count()) > 20);
  watching.allow(/ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|ERR_INCOMPLETE_CHUNKED_ENCODING/);
  await server.program.kill();
  try {
    await shown(page.getByRole("alert").filter({ hasText: "数据中断" }), 15_000);
    await eventually("its values look old", async () => (await page.locator(".live.stale").count()) > 20);
    await eventually("the lost line rings", async () => (await heard(page)).playing === 1);
    await page.getByRole("button", { name: "EN", exact: true }).click();
    await shown(page.getByRole("alert").filter({ hasText: "Data lost" }));
    await page.getByRole("button", { name: "中文" }).click();
  } finally {
    await server.start(["--web", webFolder]);
  }
  await page.getByRole("alert").filter({ hasText: "数据中断" }).waitFor({ state: "hidden", timeout: 45_000 });
  await eventually("its values live again", async () => (await page.locator(".live.stale").count()) === 0, 30_000);
});

const pages: { name: string; address: string; ready: (page: Page, language: Language) => Locator }[] = [
  { name: "overview", address: "/overview", ready: (page) => page.locator("svg g.node").nth(24) },
  { name: "station", address: "/stations/S01", ready: (page) => page.locator("main tbody tr").nth(37) },
  { name: "source", address: "/stations/Y1", ready: (page) => page.locator("main tbody tr").nth(10) },
  { name: "households", address: "/stations/S01?tab=households", ready: (page) => rows(page).nth(4) },
  { name: "trend", address: "/trends?points=POINTS&last=7200000", ready: (page) => page.locator("canvas") },
  { name: "alarms", address: "/alarms", ready: (page) => page.getByRole("searchbox") },
  { name: "alarm history", address: "/alarms?view=history", ready: (page) => rows(page).nth(1) },
  { name: "terminals", address: "/data", ready: (page) => rows(page).first() },
  { name: "terminal", address: "/data/T1", ready: (page) => rows(page).nth(29) },
  { name: "raw log", address: "/data/log", ready: (page) => rows(page).nth(3) },
  { name: "record", address: "/data/log?record=2", ready: (page) => page.getByRole("dialog").locator("pre") },
  { name: "accounts", address: "/admin/accounts", ready: (page) => rows(page).nth(2) },
  { name: "import", address: "/admin/import", ready: (page) => page.locator('input[type="file"]') },
  { name: "server", address: "/admin/server", ready: (page) => rows(page).nth(8) },
  { name: "password", address: "/password", ready: (page) => page.locator('input[name="old"]') },
];

const views: (View & { axe: boolean })[] = [
  { ...desk, language: "zh", theme: "light", axe: true },
  { ...desk, language: "en", theme: "dark", axe: false },
  { ...tablet, language: "zh", theme: "light", axe: false },
  { ...tablet, language: "en", theme: "dark", axe: true },
  { ...narrow, language: "zh", theme: "dark", axe: false },
  { ...narrow, language: "en", theme: "light", axe: false },
];

/** Chinese that an English page still shows; names that people typed are theirs. */
const foreignWords = (text: string): string[] =>
  (text.match(/[^\n\t]*[\u4e00-\u9fff][^\n\t]*/g) ?? []).filter((line) => line.trim() !== "中文" && !line.includes("检修班已派人"));

for (const view of views) {
  const name = `${view.language} ${view.width} px ${view.theme}`;
  test(`every page: ${name}`, async () => {
    const screen = await browser.screen(server.http, view);
    const { page } = screen;
    const found = new Map<string, string[]>(); // fault -> pages
    const fault = (what: string, where: string): void => void found.set(what, [...(found.get(what) ?? []), where]);
    const look = async (what: string): Promise<void> => {
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (wide > 0) fault(`${wide} px wider than the screen`, what);
      if (view.language === "en")
        for (const line of foreignWords(await screen.text())) fault(`not English: ${line.slice(0, 80)}`, what);
      if (view.axe) for (const one of await accessibilityFaults(page)) fault(one, what);
    };
    await screen.goto("/login");
    await shown(page.getByRole("button", { name: word(view.language!, "login.send") }));
    await look("login");
    await screen.context.addCookies(admin.cookies);
    await screen.goto("/overview");
    for (const one of pages) {
      const points = ["supply", "return"].map((side) => catalog.point.get(`S01-PLC.secondary_${side}_temperature`)).join();
      await screen.go(one.address.replace("POINTS", points));
      await shown(one.ready(page, view.language!)).catch(() => fault("does not show", one.name));
      await look(one.name);
    }
    const faults = [...found].map(([what, where]) => `${what}\n  on: ${where.join(", ")}`);
    assert.equal(faults.length, 0, faults.join("\n"));
    await screen.close();
  });
}
