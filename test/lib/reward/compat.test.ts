/** Recorded results of the reward functions of RM-Gallery and OpenJudge, every key of every case. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compatPreference, generations } from '../../../lib/reward/compat-preference.ts';
import { compatScore } from '../../../lib/reward/compat-score.ts';

interface Case {
  solution: string;
  true: string | number | { helpfulness: number };
  result: Record<string, string | number>;
}

describe.each(generations)('%s', (generation) => {
  const path = join(import.meta.dirname, '../../golden/rewards', `${generation}.json`);
  const golden = JSON.parse(readFileSync(path, 'utf8')) as Record<string, Case[]>;

  test('pairwise', () => {
    const found = golden.pairwise!.map(({ solution, true: truth, result }) => {
      const { preference_strength, response_id = '' } = result;
      const facts = { truth, strength: Number(preference_strength), responseId: `${response_id}` };
      return compatPreference(generation, solution, { ...facts, source: 'd' });
    });
    expect(found).toEqual(golden.pairwise!.map(({ result }) => result));
    expect(found.length).toBe(46);
  });

  test('pointwise', () => {
    const found = golden.pointwise!.map(({ solution, true: truth }) =>
      compatScore(generation, solution, { truth, source: 'd' }),
    );
    expect(found).toEqual(golden.pointwise!.map(({ result }) => result));
    expect(found.length).toBe(generation === 'openjudge' ? 35 : 39);
  });
});
