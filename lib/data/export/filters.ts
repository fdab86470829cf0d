/** RM-Gallery's two filters, which leave samples out by what they hold. */
import { z } from 'zod';
import type { Sample } from '../convert/sample.ts';
import { contentText } from '../judge-cells.ts';
import type { Refused } from '../preference-pair.ts';

/** Why a sample is left out; nothing where it stays. */
export type Filter = (sample: Sample) => Refused | undefined;

const turns = z.object({
  min_turns: z.int().min(0).default(1),
  max_turns: z.int().min(0).default(100),
});
const lengths = z.object({
  min_length: z.int().min(0).default(10),
  max_length: z.int().min(0).default(1000),
});

/** Settings are counts. */
interface FilterKind {
  settings: z.ZodType<Record<string, number>>;
  make: (settings: Readonly<Record<string, number>>) => Filter;
}

/** By name. */
export const filters: Readonly<Record<string, FilterKind>> = {
  /** Messages before the answer. */
  conversation_turn_filter: {
    settings: turns,
    make: (given) => {
      const { min_turns: least, max_turns: most } = turns.parse(given);
      return ({ input }) =>
        within(input.length, [least, most], 'conversation_turn_filter', 'message');
    },
  },
  /** Characters of all messages and answers together. */
  text_length_filter: {
    settings: lengths,
    make: (given) => {
      const { min_length: least, max_length: most } = lengths.parse(given);
      return (sample) => within(lengthOf(sample), [least, most], 'text_length_filter', 'character');
    },
  },
};

function within(
  count: number,
  [least, most]: readonly [number, number],
  name: string,
  what: string,
): Refused | undefined {
  if (count >= least && count <= most) return undefined;
  return {
    dropped: name,
    detail: `has ${count} ${what}${count === 1 ? '' : 's'}, expected ${least} to ${most}`,
  };
}

function lengthOf(sample: Sample): number {
  const asked = sample.input.map(({ content }) => contentText(content) ?? '');
  return [...asked, ...answersOf(sample)].reduce((sum, text) => sum + Array.from(text).length, 0);
}

function answersOf(sample: Sample): string[] {
  if (sample.kind === 'answer') return sample.answer ? [sample.answer.content] : [];
  const answers = sample.kind === 'pair' ? sample.answers : [...sample.chosen, ...sample.rejected];
  return answers.map(({ content }) => content);
}
