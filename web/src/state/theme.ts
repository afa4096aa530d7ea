/* Light by day, dark by night, or as the system does; remembered. */
import { shallowRef } from 'vue';

export type Theme = 'system' | 'light' | 'dark';

const STORED = 'heatnet.theme';
const THEMES: Theme[] = ['system', 'light', 'dark'];
const dark = matchMedia('(prefers-color-scheme: dark)');

export const theme = shallowRef<Theme>('system');
export const shownTheme = shallowRef<'light' | 'dark'>('light'); // for what draws on canvas

function apply(): void {
  const shown = theme.value === 'system' ? (dark.matches ? 'dark' : 'light') : theme.value;
  document.documentElement.dataset.theme = shown;
  shownTheme.value = shown;
}

export function startTheme(): void {
  const stored = localStorage.getItem(STORED) as Theme | null;
  if (stored && THEMES.includes(stored)) theme.value = stored;
  dark.addEventListener('change', apply);
  apply();
}

export function nextTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? 'system';
  localStorage.setItem(STORED, theme.value);
  apply();
}
