/* Which point of a template is which on a picture.
 *
 * Templates are the users' own; a point takes a role by its quantity and the words of its key
 * ("primary_supply_temperature").  What takes no role stands in the table of the station, so
 * nothing is hidden. */
import type { Quantity, TemplatePoint } from '../api/types';

export type RoleName =
  | 'primary_supply_temperature'
  | 'primary_return_temperature'
  | 'primary_supply_pressure'
  | 'primary_return_pressure'
  | 'primary_flow'
  | 'heat_power'
  | 'valve_command'
  | 'valve_feedback'
  | 'secondary_supply_temperature'
  | 'secondary_return_temperature'
  | 'secondary_supply_pressure'
  | 'secondary_return_pressure'
  | 'secondary_flow'
  | 'supply_setpoint'
  | 'circulation_pump_1'
  | 'circulation_pump_2'
  | 'circulation_pump_3'
  | 'circulation_frequency_1'
  | 'circulation_frequency_2'
  | 'circulation_frequency_3'
  | 'make_up_pump'
  | 'make_up_frequency'
  | 'make_up_flow'
  | 'tank_level'
  | 'outdoor_temperature'
  | 'source_supply_temperature'
  | 'source_return_temperature'
  | 'source_supply_pressure'
  | 'source_return_pressure'
  | 'source_flow'
  | 'indoor_temperature';

interface Rule {
  role: RoleName;
  quantities: Quantity[];
  all: string[]; // every one of these words
  any?: string[]; // and one of these
  none?: string[];
}

const SETPOINT = ['set', 'setpoint', 'target'];

/* In order: a point takes the first role that fits and is free. */
const RULES: Rule[] = [
  { role: 'supply_setpoint', quantities: ['temperature'], all: ['supply'], any: SETPOINT },
  ...flowLine('primary', 'primary'),
  ...flowLine('secondary', 'secondary'),
  { role: 'outdoor_temperature', quantities: ['temperature'], all: [], any: ['outdoor', 'outside', 'ambient'] },
  { role: 'indoor_temperature', quantities: ['temperature'], all: [], any: ['indoor', 'room'] },
  { role: 'heat_power', quantities: ['power'], all: [], any: ['heat', 'thermal', 'power'], none: SETPOINT },
  { role: 'valve_feedback', quantities: ['position'], all: ['valve'], any: ['feedback', 'actual', 'position'] },
  { role: 'valve_command', quantities: ['position'], all: ['valve'] },
  { role: 'make_up_flow', quantities: ['flow'], all: [], any: ['make', 'makeup'] },
  { role: 'make_up_pump', quantities: ['state'], all: ['pump'], any: ['make', 'makeup'], none: ['command'] },
  { role: 'make_up_frequency', quantities: ['frequency'], all: [], any: ['make', 'makeup'], none: SETPOINT },
  ...pump(1),
  ...pump(2),
  ...pump(3),
  { role: 'tank_level', quantities: ['level'], all: [], any: ['tank', 'level'] },
  { role: 'source_supply_temperature', quantities: ['temperature'], all: ['supply'], none: SETPOINT },
  { role: 'source_return_temperature', quantities: ['temperature'], all: ['return'], none: SETPOINT },
  { role: 'source_supply_pressure', quantities: ['pressure'], all: ['supply'], none: SETPOINT },
  { role: 'source_return_pressure', quantities: ['pressure'], all: ['return'], none: SETPOINT },
  { role: 'source_flow', quantities: ['flow'], all: [], none: ['make', 'makeup', 'gas', ...SETPOINT] },
];

function flowLine(word: string, prefix: 'primary' | 'secondary'): Rule[] {
  const rule = (role: RoleName, quantity: Quantity, all: string[]): Rule => ({
    role,
    quantities: [quantity],
    all: [word, ...all],
    none: [...SETPOINT, 'make', 'makeup'],
  });
  return [
    rule(`${prefix}_supply_temperature`, 'temperature', ['supply']),
    rule(`${prefix}_return_temperature`, 'temperature', ['return']),
    rule(`${prefix}_supply_pressure`, 'pressure', ['supply']),
    rule(`${prefix}_return_pressure`, 'pressure', ['return']),
    rule(`${prefix}_flow`, 'flow', []),
  ];
}

/* A pump without a number is the first. */
function pump(n: 1 | 2 | 3): Rule[] {
  const all = n === 1 ? [] : [String(n)];
  const none = [...(n === 1 ? ['2', '3', '4'] : []), 'command', ...SETPOINT];
  const any = ['circulation', 'circulating', 'main'];
  return [
    { role: `circulation_pump_${n}`, quantities: ['state'], all: ['pump', ...all], any, none },
    { role: `circulation_frequency_${n}`, quantities: ['frequency'], all, any, none },
  ];
}

function wordsOf(key: string): string[] {
  return key.toLowerCase().split(/[_\-]|(?<=[a-z])(?=\d)/);
}

function fits(rule: Rule, point: TemplatePoint, words: string[]): boolean {
  return (
    rule.quantities.includes(point.quantity) &&
    rule.all.every((word) => words.includes(word)) &&
    (rule.any === undefined || rule.any.some((word) => words.includes(word))) &&
    !(rule.none ?? []).some((word) => words.includes(word))
  );
}

/* Positions in `points` by role. */
export function rolesOf(points: TemplatePoint[]): Map<RoleName, number> {
  const roles = new Map<RoleName, number>();
  const taken = new Set<number>();
  for (const rule of RULES) {
    const at = points.findIndex((point, i) => !taken.has(i) && fits(rule, point, wordsOf(point.key)));
    if (at < 0) continue;
    roles.set(rule.role, at);
    taken.add(at);
  }
  return roles;
}
