/** What was typed becomes a job: flags, YAML and VERL's dotted keys, all checked at once. */
import { dirname, resolve } from 'node:path';
import { stat } from 'node:fs/promises';
import { UserError } from '../errors.ts';
import { readJobFile, resolvePaths } from '../train/job-file.ts';
import type { Job, Options } from '../train/job.ts';
import { invocationOptions, trainingOptionsOf } from '../train/options.ts';
import { catalogOf, findNamed, optionGroups, type Catalog } from './catalog.ts';
import { checkOptions, checkPlace } from './check.ts';
import { nothingGiven, parseMapping, readSettings, readWords } from './given.ts';
import { latestRun, nextRun } from './run-number.ts';

/** Where the words were typed, and what there is to choose from (the shipped lists by default). */
export interface CommandContext extends Partial<Catalog> {
  cwd: string;
  /** The YAML body of `%%train`. */
  body?: string;
  /** Settings of a script, as a body would have them. */
  settings?: Record<string, unknown>;
}

/**
 * Resolves `RECIPE --model M --train F… [--OPTION V]… [a.b.c=v]…` or `JOB.yaml [--OPTION V]…`; flags
 * win over a body, a body over a file. Throws a `UserError` that names every bad option; looks at
 * files, writes none.
 */
export async function parseJob(words: readonly string[], context: CommandContext): Promise<Job> {
  const { cwd, body, settings: scripted } = context;
  const catalog = catalogOf(context);
  const [first] = words;
  const named = first !== undefined && !first.startsWith('-') && !first.includes('=');
  const file = named && /\.ya?ml$/i.test(first) ? resolve(cwd, first) : undefined;
  const layers = [
    ...(file ? [await fromFile(file)] : []),
    ...(body ? [parseMapping(body, 'the body of %%train')] : []),
    ...(scripted ? [scripted] : []),
  ].map((layer) => resolvePaths(layer, cwd));
  const recipe = findNamed(
    'recipe',
    recipeName(file ? undefined : first, layers, catalog),
    catalog.recipes,
  );

  const options = optionGroups(recipe, catalog).flatMap((group) => group.options);
  const given = nothingGiven();
  for (const layer of layers) readSettings(settingsOf(layer), options, given);
  readWords(named ? words.slice(1) : words, options, given);
  const values = Object.assign(
    {},
    ...[trainingOptionsOf(recipe), recipe.options, invocationOptions].map((schema) =>
      checkOptions(schema, options, given),
    ),
  ) as Options;
  if (given.problems.length === 0) given.problems.push(...(recipe.contradictions?.(values) ?? []));
  const place = await checkPlace(options, given, { cwd, engines: catalog.engines });
  if (given.problems.length > 0 || !place)
    throw new UserError(
      `${recipe.name} cannot use these options\n${given.problems.map((line) => `  ${line}`).join('\n')}`,
      `${recipe.name} --help lists them all`,
    );

  const { output_dir, ...rest } = place;
  const found =
    output_dir === null
      ? await unnamedOutput(recipe.name, { cwd, file, values })
      : resolve(cwd, output_dir);
  const job: Job = { recipe: recipe.name, ...rest, output: found, options: values };
  return given.notes.length > 0 ? { ...job, notes: given.notes } : job;
}

async function fromFile(file: string): Promise<Record<string, unknown>> {
  if (!(await stat(file).catch(() => undefined))) throw new UserError(`no such job file '${file}'`);
  return readJobFile(file);
}

/** A layer without what says which recipe it is for. */
function settingsOf(layer: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(layer).filter(([name]) => name !== 'recipe' && name !== 'code'),
  );
}

function recipeName(
  word: string | undefined,
  layers: readonly Record<string, unknown>[],
  { recipes }: Catalog,
): string {
  if (word !== undefined && !word.startsWith('-') && !word.includes('=')) return word;
  const named = layers.map((layer) => layer.recipe).findLast((name) => typeof name === 'string');
  if (typeof named === 'string') return named;
  const known = recipes.map(({ name }) => name).join(', ');
  throw new UserError(`expected a recipe or a job file first; known recipes: ${known}`);
}

/** A resumed run goes on where its job file lies, or in the newest folder; others get a new one. */
function unnamedOutput(
  recipe: string,
  { cwd, file, values }: { cwd: string; file: string | undefined; values: Options },
): Promise<string> | string {
  if (values.resume !== true) return nextRun(recipe, cwd);
  return file === undefined ? latestRun(recipe, cwd) : dirname(file);
}
