/* t('key') in the chosen language.  zh.ts is the type that en.ts must match; English is loaded
 * when it is first wanted. */
import { shallowRef } from 'vue';
import { clientState } from '../api/client';
import { zh } from './zh';

export type Key = keyof typeof zh;
export type Words = Record<Key, string>;
export type Language = 'zh' | 'en';

const STORED = 'heatnet.language';
const words = shallowRef<Words>(zh);
export const language = shallowRef<Language>('zh');

export function t(key: Key, values?: Record<string, string | number>): string {
  const text = words.value[key];
  if (!values) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/* A word by a name made at run time, e.g. an alarm's kind; the name itself when there is none. */
export function tWord(prefix: string, name: string): string {
  return (words.value as Record<string, string>)[`${prefix}.${name}`] ?? name;
}

/* One of two names that the catalog or an alarm carries. */
export function named(thing: { name: string; name_en: string } | null | undefined): string {
  if (!thing) return '—';
  return language.value === 'en' && thing.name_en ? thing.name_en : thing.name;
}

export async function setLanguage(next: Language): Promise<void> {
  words.value = next === 'en' ? (await import('./en')).en : zh;
  language.value = next;
  clientState.language = next;
  document.documentElement.lang = next === 'en' ? 'en' : 'zh-CN';
  localStorage.setItem(STORED, next);
}

export function startLanguage(): Promise<void> {
  return setLanguage(localStorage.getItem(STORED) === 'en' ? 'en' : 'zh');
}
