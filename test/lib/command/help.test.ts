/** Help and completion come from the schemas. */
import { expect, test } from 'vitest';
import { optionGroups, catalogOf } from '../../../lib/command/catalog.ts';
import { trainCompletions, trainHelp } from '../../../lib/command/help.ts';

test('every option of a recipe is in its help once', () => {
  const catalog = catalogOf();
  const text = trainHelp('bradley-terry');
  for (const { options } of optionGroups(catalog.recipes[0]!, catalog))
    for (const { flag, description } of options) {
      expect(text.split(new RegExp(`^  ${flag}(?= |$)`, 'm'))).toHaveLength(2);
      expect(description).not.toBe('');
    }
});

test('help keeps to the width', () => {
  for (const width of [72, 100])
    for (const line of trainHelp('bradley-terry', { width }).split('\n'))
      expect(line.length).toBeLessThanOrEqual(width);
});

test('help without a recipe lists recipes and engines', () => {
  expect(trainHelp()).toContain('bradley-terry');
  expect(trainHelp()).toContain('onnx');
});

test.each([
  ['bra', ['bradley-terry']],
  ['bradley-terry --sched', ['--scheduler']],
  ['bradley-terry --scheduler ', ['constant', 'linear', 'cosine', 'wsd']],
  ['bradley-terry --engine on', ['onnx']],
  ['bradley-terry --no', ['--no-use-margin', '--no-shuffle']],
  ['bradley-terry --epochs 1 --la', ['--label-smoothing']],
])('completes %j', (line, offered) => {
  expect(trainCompletions(line)).toEqual(offered);
});
