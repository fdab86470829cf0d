/** Flags of a command that has one schema of options and is no job. */
import type { z } from 'zod';
import { UserError } from '../errors.ts';
import { checkOptions } from './check.ts';
import { describeOptions } from './describe.ts';
import { nothingGiven, readWords } from './given.ts';

/** What a refusal says first, and what to do. */
export interface Refusing {
  /** 'generate cannot use these options'. */
  refusal: string;
  hint?: string;
}

/** The values, defaults filled in. Throws a `UserError` that names every word which cannot be used. */
export function readOptions<T>(
  words: readonly string[],
  schema: z.ZodType<T>,
  refusing: Refusing,
): T {
  const options = describeOptions(schema);
  const given = nothingGiven();
  readWords(words, options, given);
  const checked = checkOptions(schema, options, given);
  if (checked === undefined || given.problems.length > 0) throw refused(given.problems, refusing);
  return checked;
}

/** All problems at once, a line each. */
export function refused(problems: readonly string[], { refusal, hint }: Refusing): UserError {
  return new UserError(`${refusal}\n${problems.map((line) => `  ${line}`).join('\n')}`, hint);
}
