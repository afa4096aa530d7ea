// The pictures of README.md into docs/images, only when asked for: HEATNET_SCREENSHOTS=1.
// Of a demo that runs when HEATNET_AT (its address) and HEATNET_PASSWORD (admin's) are given,
// else of a city of its own with a day of history.
import { test } from "node:test";
import * as path from "node:path";
import { mkdirSync } from "node:fs";
import type { Page } from "playwright-core";
import { Edge, Plant, Server, temporaryFolder } from "../lib/city.ts";
import { binary, pause, root, run } from "../lib/program.ts";
import { Browser, desk, webFolder, type Language, type Theme } from "./browser.ts";
import { word } from "./words.ts";

const password = "Correct-horse-7-battery";
const view = { width: 1600, height: 900 };

interface Place {
  http: string;
  once?: string;
  password: string;
  end(): Promise<void>;
}

async function ownCity(): Promise<Place> {
  const folder = temporaryFolder("pictures");
  const server = new Server(path.join(folder, "server"));
  await server.start(["--web", webFolder]);
  const edge = new Edge(path.join(folder, "edge"), await server.enrol("T1", path.join(folder, "certificates")));
  const plant = new Plant(path.join(folder, "plant"));
  await plant.start(["--start", "-1d", "--hold"]);
  const csv = await plant.catalog("T1");
  await server.importCsv(csv.replace(/^(device,.*),\d+$/gm, "$1,60"));
  const fill = ["fill", ...edge.arguments(server.tls, ["--from", "-1d", "--plant", plant.control])];
  const filled = await run(binary("heatnet-edge"), fill, 600_000);
  if (filled.code !== 0) throw new Error(filled.output);
  await server.importCsv(csv);
  await plant.command("run");
  await edge.start(server.tls);
  await plant.command("fault", "S09", "pump-trip");
  await plant.command("fault", "S20", "leak", "4");
  await plant.command("fault", "S06", "stuck-valve", "95");
  await plant.command("fault", "S17", "communication-loss");
  await pause(120_000);
  return {
    http: server.http, once: server.oneTimePassword!, password,
    end: async () => {
      await edge.program.stop();
      await plant.program.stop();
      await server.program.stop();
    },
  };
}

const pictures: { file: string; address: string; language: Language; theme: Theme }[] = [
  { file: "overview", address: "/overview", language: "en", theme: "light" },
  { file: "overview-zh", address: "/overview", language: "zh", theme: "light" },
  { file: "station-zh", address: "/stations/S01", language: "zh", theme: "light" },
  { file: "trends", address: "/trends?points=POINTS&last=86400000", language: "en", theme: "light" },
  { file: "alarms", address: "/alarms", language: "en", theme: "light" },
  { file: "data", address: "/data/T1", language: "en", theme: "light" },
  { file: "station-dark", address: "/stations/S01", language: "zh", theme: "dark" },
];

async function pointsOf(page: Page): Promise<string> {
  const keys = ["secondary_supply_temperature", "secondary_return_temperature", "primary_supply_temperature", "outdoor_temperature"];
  return page.evaluate(async (wanted) => {
    const catalog = await (await fetch("/api/v1/catalog?households=0")).json();
    const device = catalog.devices.find((one: any) => one.code === "S01-PLC");
    const template = catalog.templates.find((one: any) => one.id === device.template);
    return wanted.map((key) => device.points[template.points.findIndex((one: any) => one.key === key)]).join();
  }, keys);
}

test("pictures for README.md", { skip: process.env["HEATNET_SCREENSHOTS"] !== "1", timeout: 1_200_000 }, async () => {
  const at = process.env["HEATNET_AT"];
  const place: Place = at
    ? { http: at, password: process.env["HEATNET_PASSWORD"] ?? password, end: async () => undefined }
    : await ownCity();
  const browser = await Browser.start();
  const screen = await browser.screen(place.http, { ...desk, ...view });
  const { page } = screen;
  if (place.once) await screen.enterFirst("admin", place.once, place.password);
  else {
    await screen.goto("/login");
    await screen.enter("admin", place.password);
    await page.waitForURL("**/overview");
  }
  const points = await pointsOf(page);
  const folder = path.join(root, "docs/images");
  mkdirSync(folder, { recursive: true });
  for (const one of pictures) {
    await page.evaluate((language) => localStorage.setItem("heatnet.language", language), one.language);
    await page.emulateMedia({ colorScheme: one.theme });
    await screen.goto(one.address.replace("POINTS", points));
    await page.locator("footer").waitFor();
    await page.keyboard.press("x");
    await page.getByText(word(one.language, "line.live"), { exact: true }).first().waitFor();
    await pause(4000);
    await page.mouse.move(0, 0);
    await page.screenshot({ path: path.join(folder, `${one.file}.png`) });
  }
  await screen.close();
  await browser.close();
  await place.end();
});
