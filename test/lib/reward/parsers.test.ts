/** What judges' completions say, case by case; and what holds for any text whatever. */
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { compatPreference, generations } from '../../../lib/reward/compat-preference.ts';
import { compatScore } from '../../../lib/reward/compat-score.ts';
import { parsePreference } from '../../../lib/reward/preference.ts';
import { parseScore } from '../../../lib/reward/score.ts';

type Case = [completion: string, value: string | number, status: string];

const golden = (name: string): Case[] =>
  parse(
    readFileSync(join(import.meta.dirname, '../../golden/verdicts', `${name}.yaml`), 'utf8'),
  ) as Case[];
const scale = { min: 0, max: 4 };
const parsers = {
  preference: (text: string) => parsePreference(text),
  score: (text: string) => parseScore(text, scale),
};

describe.each(['preference', 'score'] as const)('%s', (name) => {
  test.each(golden(name))('%j', (completion, value, status) => {
    expect(parsers[name](completion)).toEqual({ value, status });
  });
});

test('a tie is off the scale where ties are off', () => {
  const tie = '<preference>tie</preference>';
  expect(parsePreference(tie, false)).toEqual({ value: 'tie', status: 'out_of_range' });
  expect(parsePreference('<preference>A</preference>', false).status).toBe('ok');
});

/** Texts made of what parsers look for, and of anything else. */
const noise = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('<think>', '</think>', '<preference>', '</preference>', '<score>', '\n'),
      fc.constantFrom(
        '</score>',
        '<better>',
        'A',
        'B',
        'tie',
        '3',
        '-',
        '/4',
        '<',
        '>',
        '\\boxed{',
      ),
    ),
  )
  .map((parts) => parts.join(''));
const verdicts = fc.constantFrom(...golden('preference').map(([text]) => text));
const scores = fc.constantFrom(...golden('score').map(([text]) => text));

test('any text is read, by every reader, as one of the answers there are', () => {
  fc.assert(
    fc.property(noise, (text) => {
      const preference = parsePreference(text);
      expect(['A', 'B', 'tie', 'unknown']).toContain(preference.value);
      if (preference.status === 'ok') expect(preference.value).not.toBe('unknown');
      const { value, status } = parseScore(text, scale);
      if (status === 'ok' || status === 'repaired') {
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(4);
      }
      for (const generation of generations) {
        const facts = { truth: 'A', source: '' };
        expect([0, 1]).toContain(compatPreference(generation, text, facts).score);
        expect(compatScore(generation, text, { truth: 2, source: '' }).score).toBeLessThanOrEqual(
          1,
        );
      }
    }),
    { numRuns: 2000, seed: 1 },
  );
});

test('thinking before an answer never changes what is read', () => {
  fc.assert(
    fc.property(noise, verdicts, scores, (thought, verdict, score) => {
      const one = thought.replace(/<\/think(ing)?>/gi, '');
      const begunInThePrompt = one.replace(/<think(ing)?>/gi, '');
      for (const block of [`<think>${one}</think>`, `${begunInThePrompt}</think>`]) {
        expect(parsePreference(block + verdict)).toEqual(parsePreference(verdict));
        expect(parseScore(block + score, scale)).toEqual(parseScore(score, scale));
      }
    }),
    { numRuns: 2000, seed: 2 },
  );
});

test('long texts of nothing but beginnings are read at once', () => {
  const began = performance.now();
  for (const part of ['<preference>', '<think>', '<score>1', '<', ' ', '*', 'A\n', 'my final '])
    for (const read of Object.values(parsers)) read(part.repeat(20_000));
  expect(performance.now() - began).toBeLessThan(2000);
});
