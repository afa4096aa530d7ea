/* A reading as text: numbers with decimals, states and bits as words. */
import { formatNumber, NONE } from '../format/number';
import { language, t } from '../language';
import type { TemplatePoint } from '../api/types';
import { bitWords, stateWords } from './equipment';
import type { Reading } from './live';

/* `most`: decimals where a glance is enough. */
export function showValue(point: TemplatePoint, value: number | null, most = 10): string {
  if (value === null || !Number.isFinite(value)) return NONE;
  if (point.quantity === 'state') return stateText(point, value);
  if (point.quantity === 'bits') return bitsText(point, value);
  return formatNumber(value, Math.min(point.decimals, most));
}

export function showReading(point: TemplatePoint, reading: Reading, most = 10): string {
  if (reading.look === 'absent' || reading.look === 'waiting') return NONE;
  return showValue(point, reading.value, most);
}

function stateText(point: TemplatePoint, value: number): string {
  const word = stateWords(point.bits)[value];
  if (word) return language.value === 'en' ? word.en : word.zh;
  if (value === 0) return t('state.off');
  return value === 1 ? t('state.on') : String(value);
}

function bitsText(point: TemplatePoint, value: number): string {
  const flags = value >>> 0;
  if (flags === 0) return t('state.none');
  const words = new Map(bitWords(point.bits).map((word) => [word.bit, language.value === 'en' ? word.en : word.zh]));
  const set = [];
  for (let bit = 0; bit < 32; bit += 1) if ((flags >>> bit) & 1) set.push(words.get(bit) ?? `#${bit}`);
  return set.join(t('state.join'));
}
