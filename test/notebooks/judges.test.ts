/** The judges' tutorials: kept with their outputs, and the figures are those that their texts promise. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const figuresType = 'application/vnd.rewardlab.figures+json';

interface Cell {
  cell_type: string;
  source: string[];
  execution_count?: number | null;
  outputs?: { output_type: string; data?: Record<string, unknown> }[];
}

/** What each notebook's figures must hold. */
const promises: Record<string, (figures: Record<string, number>) => void> = {
  sft: ({ last_loss, parse_rate_before, parse_rate, accuracy }) => {
    // The entropy of a coin that falls A in six of ten, over four tokens.
    expect(last_loss).toBeGreaterThan(0.673 / 4 - 0.02);
    expect(last_loss).toBeLessThan(0.673 / 4 + 0.02);
    expect(parse_rate_before).toBeLessThan(0.2);
    expect(parse_rate).toBe(1);
    expect(accuracy).toBeLessThanOrEqual(0.65);
  },
  pairwise: ({ accuracy_before, accuracy, shuffled_label_accuracy, longer_answer_accuracy }) => {
    expect(accuracy_before).toBeLessThanOrEqual(0.65);
    expect(accuracy! - accuracy_before!).toBeGreaterThanOrEqual(0.15);
    expect(shuffled_label_accuracy! - accuracy_before!).toBeLessThanOrEqual(0.03);
    expect(longer_answer_accuracy).toBeLessThan(0.6);
  },
  pointwise: ({ accuracy_before, accuracy, within_one }) => {
    expect(accuracy_before).toBeLessThan(0.3);
    expect(accuracy).toBeGreaterThanOrEqual(0.6);
    expect(within_one).toBeGreaterThan(0.9);
  },
  'custom-reward': ({ step_decides_before, step_decides, practical, hinge_accuracy }) => {
    expect(step_decides_before).toBeLessThanOrEqual(0.6);
    expect(step_decides).toBeGreaterThan(0.9);
    expect(practical).toBeGreaterThan(0.7);
    expect(hinge_accuracy).toBeGreaterThan(0.8);
  },
};

describe.each(Object.entries(promises))('%s.ipynb', (name, hold) => {
  const path = join(import.meta.dirname, '../../notebooks', `${name}.ipynb`);
  const { cells } = JSON.parse(readFileSync(path, 'utf8')) as { cells: Cell[] };
  const code = cells.filter((cell) => cell.cell_type === 'code');
  const outputs = code.flatMap((cell) => cell.outputs ?? []);

  test('every code cell was run, in order, without an error', () => {
    expect(code.map((cell) => cell.execution_count)).toEqual(code.map((_, i) => i + 1));
    expect(outputs.map((output) => output.output_type)).not.toContain('error');
  });

  test('the recorded figures are those that the text promises', () => {
    const recorded = outputs.flatMap(({ data }) => data?.[figuresType] ?? []);
    expect(recorded).toHaveLength(1);
    hold(recorded[0] as Record<string, number>);
  });

  test('needs nothing but what is beside it', () => {
    const text = code.flatMap(({ source }) => source).join('\n');
    const read = [
      ...text.matchAll(/(?:--(?:train|validation|model)|view\(|openRows\()[ ']+([\w./-]+)/g),
    ];
    for (const [, file] of read) expect(file).toMatch(/^(data\/|reader$|runs\/)/);
    expect(text).toMatch(/rmSync\('runs\//);
    const runs = text.match(/^%train .+$/gm)!;
    expect(runs.filter((line) => !line.includes('--seed 0 --threads 2'))).toEqual([]);
  });
});
