/* Roles of a device's points, by point number, remembered per template. */
import type { Device, Template } from '../api/types';
import { catalog, wholeCatalog } from './catalog';
import type { PointInfo } from './catalog';
import { rolesOf } from './roles';
import type { RoleName } from './roles';

const byTemplate = new WeakMap<Template, Map<RoleName, number>>();

function templateRoles(template: Template): Map<RoleName, number> {
  let roles = byTemplate.get(template);
  if (!roles) {
    roles = rolesOf(template.points);
    byTemplate.set(template, roles);
  }
  return roles;
}

export type RolePoint = (role: RoleName) => number | undefined;

export function rolePoints(device: Device | undefined): RolePoint {
  const view = catalog.value?.templates.has(device?.template ?? -1) ? catalog.value : wholeCatalog.value;
  const template = device && view?.templates.get(device.template);
  if (!device || !template) return () => undefined;
  const roles = templateRoles(template);
  return (role) => {
    const at = roles.get(role);
    return at === undefined ? undefined : device.points[at];
  };
}

export interface BitWord {
  bit: number;
  priority: number;
  zh: string;
  en: string;
}

function twoWords(text: string): { zh: string; en: string } {
  const [zh = '', en = ''] = text.split('|');
  return { zh, en: en || zh };
}

/* "0:1:循环泵故障|Circulation pump fault;3:2:…" */
export function bitWords(bits: string): BitWord[] {
  return bits
    .split(';')
    .map((part) => /^(\d+):(\d+):(.*)$/.exec(part.trim()))
    .filter((m): m is RegExpExecArray => m !== null)
    .map((m) => ({ bit: Number(m[1]), priority: Number(m[2]), ...twoWords(m[3] ?? '') }));
}

/* "停止|stopped;运行|running": the words for 0, 1, … */
export function stateWords(bits: string): { zh: string; en: string }[] {
  return bits === '' ? [] : bits.split(';').map(twoWords);
}

export function isNumeric(info: PointInfo): boolean {
  return info.template.quantity !== 'state' && info.template.quantity !== 'bits';
}
