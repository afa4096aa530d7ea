import { describe, expect, it } from 'vitest';
import { wrapLabel } from '../src/screens/overview/label';

const width = (text: string): number => [...text].reduce((sum, c) => sum + (c > '⺀' ? 2 : 1), 0);

describe('wrapLabel', () => {
  it.each([
    ['Cuizhu', 8, ['Cuizhu']],
    ['Chengnan Heat Plant', 12, ['Chengnan', 'Heat Plant']],
    ['Chengnan Heat Plant', 14, ['Chengnan Heat', 'Plant']],
    ['Yangguangcheng', 10, ['Yangguang-', 'cheng']],
    ['Yangguangcheng', 11, ['Yangguang-', 'cheng']],
    ['Yangguangcheng', 12, ['Yangguang-', 'cheng']],
    ['Yangguangcheng Station', 10, ['Yangguang-', 'cheng Sta…']],
    ['翠竹站', 6, ['翠竹站']],
    ['城南热电厂一号', 8, ['城南热电', '厂一号']],
    ['A b', 0, ['A-', 'b…']],
  ])('%s in %i', (text, room, lines) => {
    expect(wrapLabel(text, room, width)).toEqual(lines);
  });

  it('keeps to the lines it may use', () => {
    expect(wrapLabel('Chengnan Heat Plant', 9, width, 1)).toEqual(['Chengnan…']);
  });
});
