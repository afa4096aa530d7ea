// Debian's Chromium on the real web UI.  Whatever a page says on its console as an error, throws,
// breaks of its content security policy or asks of another host fails the test that shows it.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { chromium, type Browser as Chromium, type BrowserContext, type Page } from "playwright-core";
import { root } from "../lib/program.ts";

export type Language = "zh" | "en";
export type Theme = "light" | "dark";
export type SignedIn = Awaited<ReturnType<BrowserContext["storageState"]>>;

export interface View {
  readonly width: number;
  readonly height: number;
  readonly touch?: boolean;
  readonly language?: Language;
  readonly theme?: Theme;
}

export const desk: View = { width: 1920, height: 1080 };
export const tablet: View = { width: 1280, height: 800, touch: true };
export const narrow: View = { width: 1024, height: 768, touch: true };

/** The folder of the built web UI, for heatnetd's --web. */
export const webFolder = process.env["HEATNET_WEB"] ?? path.join(root, "web/dist");

/* No host but this one exists, no services of the browser's maker, no proxy, no QUIC. */
const quietly = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
  "--no-proxy-server", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

export class Browser {
  private readonly chromium: Chromium;
  private readonly open = new Set<Screen>();

  private constructor(running: Chromium) {
    this.chromium = running;
  }

  static async start(extra: string[] = []): Promise<Browser> {
    const executablePath = process.env["HEATNET_CHROMIUM"] ?? "/usr/bin/chromium";
    return new Browser(await chromium.launch({ executablePath, args: [...quietly, ...extra], timeout: 60_000 }));
  }

  /** A window of its own, with its own cookies, storage and live stream. */
  async screen(origin: string, view: View = desk, signedIn?: SignedIn): Promise<Screen> {
    const context = await this.chromium.newContext({
      baseURL: origin,
      viewport: { width: view.width, height: view.height },
      hasTouch: view.touch ?? false,
      colorScheme: view.theme ?? "light",
      locale: "zh-CN",
      timezoneId: "UTC", // the screens show the company's zone whatever the machine's is
      acceptDownloads: true,
      reducedMotion: "reduce",
      ...(signedIn === undefined ? {} : { storageState: signedIn }),
    });
    context.setDefaultTimeout(20_000);
    await context.addInitScript("globalThis.__name ??= (one) => one"); // tsx leaves calls of it in what runs there
    if (view.language !== undefined)
      await context.addInitScript((language) => {
        if (localStorage.getItem("heatnet.language") === null) localStorage.setItem("heatnet.language", language);
      }, view.language);
    const screen = new Screen(context, await context.newPage(), origin);
    this.open.add(screen);
    context.on("close", () => this.open.delete(screen));
    return screen;
  }

  async close(): Promise<void> {
    for (const screen of [...this.open]) await screen.context.close();
    await this.chromium.close();
  }
}

export class Screen {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly origin: string;
  readonly problems: string[] = [];
  private readonly allowed: RegExp[] = [];

  constructor(context: BrowserContext, page: Page, origin: string) {
    this.context = context;
    this.page = page;
    this.origin = origin;
    page.on("console", (message) => {
      if (message.type() === "error") this.note(`console: ${message.text()} at ${message.location().url}`);
    });
    page.on("pageerror", (error) => this.note(`thrown: ${error.stack ?? String(error)}`));
    page.on("crash", () => this.note("the page crashed"));
    context.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(`${origin}/`) && !/^(data|blob):/.test(url)) this.note(`foreign request: ${url}`);
    });
  }

  private note(problem: string): void {
    if (!this.allowed.some((pattern) => pattern.test(problem))) this.problems.push(problem);
  }

  /** A problem that the test makes on purpose. */
  allow(pattern: RegExp): void {
    this.allowed.push(pattern);
  }

  /** Throws when anything went wrong up to now. */
  check(): void {
    if (this.problems.length > 0) throw new Error(this.problems.splice(0).join("\n"));
  }

  async goto(address: string): Promise<void> {
    await this.page.goto(address, { waitUntil: "load" });
  }

  /** To another page of the application without loading it anew, as a click does. */
  async go(address: string): Promise<void> {
    await this.page.evaluate((to) => {
      history.pushState(history.state, "", to);
      dispatchEvent(new PopStateEvent("popstate", { state: history.state }));
    }, address);
  }

  /** Name and password into the log-in form; returns when it was sent. */
  async enter(name: string, password: string): Promise<void> {
    await this.page.locator('input[name="username"]').fill(name);
    await this.page.locator('input[name="password"]').fill(password);
    await this.page.locator('button[type="submit"]').click();
  }

  /** The first log-in: with the one-time password, which must be changed at once. */
  async enterFirst(name: string, once: string, password: string): Promise<void> {
    await this.goto("/login");
    await this.enter(name, once);
    await this.page.waitForURL("**/password");
    await this.changePassword(once, password);
    await this.page.waitForURL("**/overview");
  }

  async changePassword(old: string, password: string, again = password): Promise<void> {
    await this.page.locator('input[name="old"]').fill(old);
    await this.page.locator('input[name="new"]').fill(password);
    await this.page.locator('input[name="again"]').fill(again);
    await this.page.locator('button[type="submit"]').click();
  }

  /** What another window needs to be signed in as the same person: the cookie only. */
  async signedIn(): Promise<SignedIn> {
    return { cookies: (await this.context.storageState()).cookies, origins: [] };
  }

  /** Text as a person sees it. */
  async text(selector = "body"): Promise<string> {
    return this.page.locator(selector).first().innerText();
  }

  async close(): Promise<void> {
    await this.context.close();
    this.check();
  }
}

interface Violation {
  id: string;
  impact: string | null;
  help: string;
  nodes: { target: unknown[]; html: string; failureSummary?: string }[];
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Accessibility faults of serious or critical impact, a line each. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axeSource);
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(where: Document, how: object): Promise<{ violations: Violation[] }> } };
    // Rules that axe itself calls experimental are not a verdict.
    const experimental = ["label-content-name-mismatch"];
    const rules = Object.fromEntries(experimental.map((rule) => [rule, { enabled: false }]));
    const how = { resultTypes: ["violations"], rules, runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] };
    return (await axe.run(document, how)).violations;
  });
  return violations
    .filter((one) => one.impact === "serious" || one.impact === "critical")
    .map((one) => {
      const first = one.nodes[0];
      return `${one.impact} ${one.id} (${one.nodes.length}): ${one.help}; ${first?.html.slice(0, 160)} ${first?.failureSummary?.split("\n")[1]?.trim() ?? ""}`;
    });
}
