import { describe, expect, it } from 'vitest';
import type { Quantity, TemplatePoint } from '../src/api/types';
import { bitWords, stateWords } from '../src/state/equipment';
import { keyAction } from '../src/state/keys';
import { rolesOf } from '../src/state/roles';
import { rank } from '../src/parts/find';
import { cellOf } from '../src/screens/data/completeness';
import { hexLines } from '../src/screens/data/hex';

function points(list: [string, Quantity][]): TemplatePoint[] {
  return list.map(([key, quantity], i) => ({
    id: i + 1,
    key,
    name: key,
    name_en: key,
    quantity,
    unit: '',
    decimals: 1,
    range_low: null,
    range_high: null,
    low_low: null,
    low: null,
    high: null,
    high_high: null,
    dead_band: 0,
    delay_s: 0,
    priority_outer: 1,
    priority_inner: 2,
    bits: '',
    rules: '',
  }));
}

function named(list: [string, Quantity][]): Record<string, string> {
  const all = points(list);
  return Object.fromEntries([...rolesOf(all)].map(([role, i]) => [role, all[i]?.key ?? '']));
}

describe('roles', () => {
  it('are found by quantity and words, whatever the order', () => {
    const found = named([
      ['secondary_supply_set_point', 'temperature'],
      ['secondary_supply_temperature', 'temperature'],
      ['primary_supply_temperature', 'temperature'],
      ['primary_supply_pressure', 'pressure'],
      ['primary_flow', 'flow'],
      ['make_up_flow', 'flow'],
      ['heat_power', 'power'],
      ['electric_power', 'electric_power'],
      ['valve_command', 'position'],
      ['valve_position', 'position'],
      ['circulation_frequency_set', 'frequency'],
      ['circulation_pump_2_frequency', 'frequency'],
      ['circulation_pump_1_frequency', 'frequency'],
      ['circulation_pump_1_command', 'state'],
      ['circulation_pump_1_running', 'state'],
      ['make_up_pump_running', 'state'],
      ['outdoor_temperature', 'temperature'],
    ]);
    expect(found).toMatchObject({
      supply_setpoint: 'secondary_supply_set_point',
      secondary_supply_temperature: 'secondary_supply_temperature',
      primary_supply_temperature: 'primary_supply_temperature',
      primary_flow: 'primary_flow',
      make_up_flow: 'make_up_flow',
      heat_power: 'heat_power',
      valve_command: 'valve_command',
      valve_feedback: 'valve_position',
      circulation_frequency_1: 'circulation_pump_1_frequency',
      circulation_frequency_2: 'circulation_pump_2_frequency',
      circulation_pump_1: 'circulation_pump_1_running',
      make_up_pump: 'make_up_pump_running',
      outdoor_temperature: 'outdoor_temperature',
    });
    expect(Object.values(found)).not.toContain('electric_power');
    expect(Object.values(found)).not.toContain('circulation_frequency_set');
  });

  it('of a source do not need the word primary', () => {
    const found = named([
      ['supply_temperature', 'temperature'],
      ['return_temperature', 'temperature'],
      ['gas_flow', 'flow'],
      ['flow', 'flow'],
      ['circulation_pump_3_running', 'state'],
    ]);
    expect(found).toMatchObject({ source_supply_temperature: 'supply_temperature', source_flow: 'flow', circulation_pump_3: 'circulation_pump_3_running' });
    expect(found.circulation_pump_1).toBeUndefined();
  });
});

describe('words of states and bits', () => {
  it('are read in both languages', () => {
    expect(stateWords('a|b;c')).toEqual([{ zh: 'a', en: 'b' }, { zh: 'c', en: 'c' }]);
    expect(bitWords('0:1:a|b;3:2:c')).toEqual([
      { bit: 0, priority: 1, zh: 'a', en: 'b' },
      { bit: 3, priority: 2, zh: 'c', en: 'c' },
    ]);
    expect(stateWords('')).toEqual([]);
  });
});

describe('keys', () => {
  const press = (key: string, tagName = 'BODY') => ({ key, ctrlKey: false, altKey: false, metaKey: false, target: { tagName } as unknown as EventTarget });
  it('go to pages after g, in time', () => {
    expect(keyAction(press('g'), 0)).toBeNull();
    expect(keyAction(press('a'), 500)).toEqual({ kind: 'go', path: '/alarms' });
    expect(keyAction(press('a'), 600)).toBeNull();
    keyAction(press('g'), 1000);
    expect(keyAction(press('a'), 9000)).toBeNull();
  });

  it('leave what is typed alone, but silence from anywhere', () => {
    expect(keyAction(press('/', 'INPUT'))).toBeNull();
    expect(keyAction(press('F8', 'INPUT'))).toEqual({ kind: 'silence' });
    expect(keyAction({ ...press('/'), ctrlKey: true })).toBeNull();
  });
});

describe('find', () => {
  const list = [{ name: 'Dongsheng', code: 'S01' }, { name: 'Xidong', code: 'S02' }, { name: 'Cuizhu', code: 'S10' }];
  it('prefers what begins with the letters', () => {
    expect(rank(list, 'dong', 9).map((one) => one.code)).toEqual(['S01', 'S02']);
    expect(rank(list, 's10', 9).map((one) => one.code)).toEqual(['S10']);
    expect(rank(list, '', 2)).toHaveLength(2);
    expect(rank(list, 'zzz', 9)).toEqual([]);
  });
});

describe('data', () => {
  it('says how whole a cell is', () => {
    expect([cellOf(0, 0), cellOf(0, 5), cellOf(4, 5), cellOf(5, 5), cellOf(6, 5)]).toEqual(['idle', 'none', 'part', 'whole', 'whole']);
  });

  it('shows bytes in lines', () => {
    expect(hexLines('414243ff')).toBe('000000  41 42 43 ff                                      ABC.');
    expect(hexLines('')).toBe('');
  });
});
