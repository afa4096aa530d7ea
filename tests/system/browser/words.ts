// The words of the web UI in either language, so that a test finds a button by what it says.
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "../lib/program.ts";
import type { Language } from "./browser.ts";

const load = async (language: Language): Promise<Record<string, string>> =>
  (await import(pathToFileURL(path.join(root, `web/src/language/${language}.ts`)).href))[language];

const words: Record<Language, Record<string, string>> = { zh: await load("zh"), en: await load("en") };

/** The text before the first {blank} when no values are given. */
export function word(language: Language, key: string, values?: Record<string, string | number>): string {
  const text = words[language][key];
  if (text === undefined) throw new Error(`the web UI has no word '${key}'`);
  if (values === undefined) return text.split("{")[0]!.trim();
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
