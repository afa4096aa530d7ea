/* An alarm's words and value. */
import { formatWithUnit } from '../format/number';
import { language, named, tWord } from '../language';
import { pageSite, pointInfo, siteInfo } from '../state/catalog';
import { usable } from '../state/live';
import { showValue } from '../state/show';
import { isActive } from '../state/alarm_rules';
import type { Alarm } from '../api/types';

export function alarmText(alarm: Alarm): string {
  const text = language.value === 'en' && alarm.text_en ? alarm.text_en : alarm.text;
  return text || tWord('alarm.kind', alarm.kind);
}

/* The value now while it lasts, else what raised it; nothing for what has no number. */
export function alarmValue(alarm: Alarm): string {
  const info = alarm.point === null ? undefined : pointInfo(alarm.point);
  if (!info || alarm.kind === 'communication' || alarm.kind === 'terminal' || alarm.kind === 'fault_bit') return '';
  const live = isActive(alarm) ? usable(info.id) : NaN;
  const value = Number.isFinite(live) ? live : (alarm.value_now ?? alarm.value_at_raise);
  if (value === null) return '';
  if (info.template.quantity === 'state') return showValue(info.template, value);
  return formatWithUnit(value, info.template.decimals, info.template.unit);
}

export function alarmLimit(alarm: Alarm): string {
  if (alarm.limit === null) return '';
  const info = alarm.point === null ? undefined : pointInfo(alarm.point);
  return formatWithUnit(alarm.limit, info?.template.decimals ?? 2, alarm.unit);
}

/* A terminal stands at no site; its page is where one looks. */
export function alarmPlace(alarm: Alarm): { name: string; path: string } {
  const site = siteInfo(alarm.site);
  if (!site) return { name: tWord('alarm.kind', alarm.kind), path: alarm.kind === 'terminal' ? '/data' : '/alarms' };
  const page = pageSite(site.id);
  return { name: named(site), path: page ? `/stations/${page.code}` : '/alarms' };
}
