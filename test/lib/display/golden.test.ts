/** Texts at widths, held by files: `NAME.json` has a picture's data, `NAME.WIDTH.txt` how it looks. */
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { chartText } from '../../../lib/display/braille.ts';
import { conversationText, type Turn } from '../../../lib/display/conversation.ts';
import type { Figure } from '../../../lib/display/figure.ts';
import { planText } from '../../../lib/display/plan.ts';
import { progressText, type Progress } from '../../../lib/display/progress.ts';
import { tableText, type Table } from '../../../lib/display/table.ts';
import type { Plan } from '../../../lib/train/job.ts';

interface Golden {
  kind: keyof typeof renderings;
  widths: number[];
  input: unknown;
}

const renderings = {
  table: (input: unknown, width: number) => tableText(input as Table, width),
  chart: (input: unknown, width: number) => chartText(input as Figure, width),
  conversation: (input: unknown) => conversationText(input as Record<string, Turn[]>),
  plan: (input: unknown) => planText(input as Plan),
  progress: (input: unknown, width: number) => progressText(input as Progress, width),
};

const folder = join(import.meta.dirname, '../../golden/display');
const cases = globSync('*.json', { cwd: folder }).flatMap((file) => {
  const golden = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Golden;
  return golden.widths.map((width) => ({ ...golden, width, name: basename(file, '.json') }));
});

test.each(cases)('$kind $name at $width columns', async ({ kind, name, input, width }) => {
  const text = renderings[kind](input, width);
  await expect(`${text}\n`).toMatchFileSnapshot(join(folder, `${name}.${width}.txt`));
  expect(Math.max(...text.split('\n').map((line) => stringWidth(line)))).toBeLessThanOrEqual(width);
  expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u);
});
