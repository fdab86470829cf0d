/** Lines over a pipe, wherever its chunks were cut. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lineSplitter } from '../../../kernel/session/pipe.ts';

test('lines come whole, in order and once, however their bytes are cut', () => {
  const line = fc
    .string({ unit: 'grapheme', maxLength: 8 })
    .map((text) => text.replaceAll('\n', ''));
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.nat({ max: 12 })), (lines, sizes) => {
      const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
      const seen: string[] = [];
      const split = lineSplitter((some) => seen.push(...some));
      let at = 0;
      for (const size of [...sizes, bytes.length]) split(bytes.subarray(at, (at += size)));
      expect(seen).toEqual(lines);
    }),
  );
});
