/** What was typed becomes a job: flags, YAML and VERL's dotted keys, all checked at once. */
import { resolve } from 'node:path';
import { stat } from 'node:fs/promises';
import type { Live, Scope } from '../code/live.ts';
import { UserError } from '../errors.ts';
import { readJobFile, resolvePaths } from '../train/job-file.ts';
import type { CodeReference, Job, Options } from '../train/job.ts';
import { invocationOptions, trainingOptionsOf } from '../train/options.ts';
import { catalogOf, optionGroups, type Catalog } from './catalog.ts';
import { checkEngine, checkOptions, checkPlace } from './check.ts';
import type { OptionInfo } from './describe.ts';
import { nothingGiven, parseMapping, readSettings, readWords, settleBesides } from './given.ts';
import type { Given } from './given.ts';
import { findRecipe, type OwnPlace } from './own-code.ts';
import { findOptionFiles } from './option-files.ts';
import { codeOf, ownParts } from './own-parts.ts';
import { refused } from './read-options.ts';

/** Where the words were typed, and what there is to choose from (the shipped lists by default). */
export interface CommandContext extends Partial<Catalog> {
  cwd: string;
  /** The YAML body of `%%train`. */
  body?: string;
  /** Settings of a script, as a body would have them. */
  settings?: Record<string, unknown>;
  /** The values that recipes, rewards and datasets may be named from. */
  scope?: Scope;
}

/** A job, and what it uses of the process that starts it: `runJob(job, { live })`. */
export interface ResolvedJob {
  job: Job;
  live: Live;
}

/** The job alone, for words that name nothing of this process. */
export async function parseJob(words: readonly string[], context: CommandContext): Promise<Job> {
  return (await resolveJob(words, context)).job;
}

/**
 * Resolves `RECIPE --model M --train F… [--OPTION V]… [a.b.c=v]…` or `JOB.yaml [--OPTION V]…`; flags
 * win over a body, a body over a file. Throws a `UserError` that names every bad option; looks at
 * files, writes none but what the hub's cache lacks.
 */
export async function resolveJob(
  words: readonly string[],
  context: CommandContext,
): Promise<ResolvedJob> {
  const { cwd, body, settings: scripted, scope } = context;
  const catalog = catalogOf(context);
  const [first] = words;
  const named = first !== undefined && !first.startsWith('-') && !first.includes('=');
  const file = named && /\.ya?ml$/i.test(first) ? resolve(cwd, first) : undefined;
  const layers = [
    ...(file ? [await fromFile(file)] : []),
    ...(body ? [parseMapping(body, 'the body of %%train')] : []),
    ...(scripted ? [scripted] : []),
  ].map((layer) => resolvePaths(layer, cwd));
  const word = named && !file ? first : undefined;
  const place: OwnPlace = { cwd, scope, code: word === undefined ? codeOf(layers) : [] };
  const found = await findRecipe(recipeName(word, layers, catalog), catalog.recipes, place);

  const options = optionGroups(found.value, catalog).flatMap((group) => group.options);
  const given = nothingGiven();
  for (const layer of layers) readSettings(settingsOf(layer), options, given);
  const written = file === undefined ? undefined : layers[0];
  readWords(named ? words.slice(1) : words, options, given);
  const wanted = given.settings.get('engine')?.value;
  const asked = catalog.engines.find(({ name }) => name === wanted);
  settleBesides(given, asked?.byVerl?.(found.value.name) ?? false);
  const own = await ownParts({ found, given, place, file, written });
  const { recipe } = own;
  const values = Object.assign(
    {},
    ...[trainingOptionsOf(recipe), recipe.options, invocationOptions].map((schema) =>
      checkOptions(schema, options, given),
    ),
  ) as Options;
  if (given.problems.length === 0) given.problems.push(...(recipe.contradictions?.(values) ?? []));
  const { made, output, code, live } = own;
  await findOptionFiles(values, given, cwd);
  const checked = await checkPlace(options, given, { cwd, engines: catalog.engines, made });
  if (checked)
    refuseElsewhere({ recipe: recipe.name, options, values, code, checked }, given, catalog);
  if (given.problems.length > 0 || !checked)
    throw refused(given.problems, {
      refusal: `${recipe.name} cannot use these options`,
      hint: `${recipe.name} --help lists them all`,
    });
  const { model, train, validation, engine, device, threads, seed, typed } = checked;
  const where = { model, train, validation, engine, device, threads, seed };
  const job: Job = { recipe: recipe.name, ...where, output, options: values };
  if (code.length > 0) job.code = code;
  if (Object.keys(typed).length > 0) job.typed = typed;
  if (given.notes.length > 0) job.notes = given.notes;
  return { job, live };
}

interface Elsewhere {
  recipe: string;
  options: readonly OptionInfo[];
  values: Options;
  code: CodeReference[];
  checked: Pick<Job, 'engine' | 'device'>;
}

/** Adds the engine's own options to the values, and what its jobs cannot have to the problems. */
function refuseElsewhere(
  { recipe, options, values, code, checked: { engine: name, device } }: Elsewhere,
  given: Given,
  { engines }: Catalog,
): void {
  Object.assign(values, checkEngine(name, options, given, engines));
  const engine = engines.find((known) => known.name === name);
  const job = { recipe, device, options: values, code };
  given.problems.push(...(engine?.refusals?.(job, new Set(given.settings.keys())) ?? []));
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
