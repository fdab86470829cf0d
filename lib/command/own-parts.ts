/**
 * The parts of a job that are the person's own, and where it will lie: all that must be known before its
 * options are checked.
 */
import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Live } from '../code/live.ts';
import { recordFile, recordFolder } from '../code/recorded-recipe.ts';
import { replayRecipe } from '../code/replay-recipe.ts';
import { isUserError } from '../errors.ts';
import { isHubAddress } from '../hub/name.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { CodeReference } from '../train/job.ts';
import { readSpec, specText } from '../train/module-spec.ts';
import { flagOf } from './describe.ts';
import type { Given } from './given.ts';
import { findReward, findRows, rowsFile, type Found, type OwnPlace } from './own-code.ts';
import { latestRun, nextRun } from './run-number.ts';

export interface OwnParts {
  recipe: Recipe;
  /** The run folder. */
  output: string;
  code: CodeReference[];
  live: Live;
  /** Files that rows will be written to. */
  made: string[];
}

interface Parts {
  found: Found<Recipe>;
  given: Given;
  place: OwnPlace;
  /** The job file, if one was named, and what it says. */
  file: string | undefined;
  written: Record<string, unknown> | undefined;
}

/** What the last of the layers says of the job's code. */
export function codeOf(layers: readonly Record<string, unknown>[]): readonly CodeReference[] {
  const code = layers.map((layer) => layer.code).findLast((value) => Array.isArray(value));
  return (code as CodeReference[] | undefined) ?? [];
}

/** Looks up what the settings name and puts files and paths in their place; problems go to `given`. */
export async function ownParts({ found, given, place, file, written }: Parts): Promise<OwnParts> {
  joinExports(given);
  const output = await outputOf(found.value.name, given, { cwd: place.cwd, file });
  const code: CodeReference[] = [];
  const live: Live = {};
  const changed: (string | undefined)[] = [found.changed];
  const recorded = found.live ? await recordIn(output, given) : undefined;
  const recipe = recorded?.recipe ?? found.value;
  const reference = recorded?.reference ?? found.reference;
  if (reference) code.push(reference);
  if (found.live && !recorded) live.recipe = found.value;
  if (recorded) given.notes.push(`${recipe.name} goes on as it was recorded when the run began`);
  if (reference && 'recorded' in reference && written)
    refuseOtherRows(given, written, recipe, place);

  const reward = await ownReward(recipe, given, place);
  if (reward?.reference) code.push(reward.reference);
  if (reward?.value) live.reward = reward.value;
  changed.push(reward?.changed);
  for (const path of changed)
    if (path !== undefined)
      given.notes.push(`'${path}' has changed since this job was first started`);
  const made = await ownRows({ given, place, output, live });
  return { recipe, output, code, live, made };
}

/** The record of a run that goes on. */
async function recordIn(output: string, { settings }: Given) {
  const folder = join(output, recordFolder);
  if (settings.get('resume')?.value !== true) return undefined;
  if (!(await stat(join(output, 'job.yaml')).catch(() => undefined))) return undefined;
  if (!(await stat(join(folder, recordFile)).catch(() => undefined))) return undefined;
  const { recipe, sha256 } = await replayRecipe(folder);
  return { recipe, reference: { use: 'recipe' as const, recorded: folder, sha256 } };
}

/** VERL's `path` and `name` as one. */
function joinExports({ settings, exports }: Given): void {
  for (const [name, exported] of exports) {
    const setting = settings.get(name);
    const spec = typeof setting?.value === 'string' ? readSpec(setting.value) : undefined;
    if (setting && spec) setting.value = specText({ ...spec, export: exported });
  }
}

/** A record holds its rows: others than those of its job file would not be read. */
function refuseOtherRows(
  { settings, problems }: Given,
  written: Record<string, unknown>,
  { name }: Recipe,
  { cwd }: OwnPlace,
): void {
  const same = (a: unknown, b: unknown): boolean =>
    isDeepStrictEqual(
      [a].flat().map((path) => resolvedText(path, cwd)),
      [b].flat(),
    );
  for (const option of ['train', 'validation', 'seed', 'dataset', 'validation_dataset']) {
    const setting = settings.get(option);
    if (setting && !same(setting.value, written[option]))
      problems.push(
        `${setting.spelled}: ${name} was recorded with its rows; to use others, run it again from the cell that defines it`,
      );
  }
}

function resolvedText(value: unknown, cwd: string): unknown {
  return typeof value === 'string' && !isHubAddress(value) ? resolve(cwd, value) : value;
}

async function ownReward({ rewards }: Recipe, { settings, problems }: Given, place: OwnPlace) {
  const setting = settings.get('reward');
  if (!rewards || typeof setting?.value !== 'string') return undefined;
  const reward = await attempt(problems, setting.spelled, () =>
    findReward(setting.value as string, rewards, place),
  );
  if (reward) settings.set('reward', { ...setting, value: reward.text });
  return reward;
}

interface OwnRows {
  given: Given;
  place: OwnPlace;
  output: string;
  live: Live;
}

/** Rows by name become the files that they will be written to. */
async function ownRows({ given, place, output, live }: OwnRows): Promise<string[]> {
  const made: string[] = [];
  for (const [option, split] of [
    ['dataset', 'train'],
    ['validation_dataset', 'validation'],
  ] as const) {
    const setting = given.settings.get(option);
    if (typeof setting?.value !== 'string') continue;
    const { spelled, value } = setting;
    const typed = given.settings.get(split);
    if (typed)
      given.problems.push(`${spelled}: takes the place of ${flagOf(split)}, which is given too`);
    const path = rowsFile(output, split);
    made.push(path);
    given.settings.set(split, { name: split, spelled, value: [path] });
    const rows = await attempt(given.problems, spelled, () => findRows(value, place));
    if (rows) live.rows = { ...live.rows, [split]: rows };
  }
  return made;
}

/** What cannot be found is a problem among others. */
async function attempt<T>(
  problems: string[],
  spelled: string,
  find: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await find();
  } catch (error) {
    if (!isUserError(error)) throw error;
    problems.push(`${spelled}: ${[error.message, error.hint].filter(Boolean).join('; ')}`);
    return undefined;
  }
}

/** A resumed run goes on where its job file lies, or in the newest folder; others get a new one. */
function outputOf(
  recipe: string,
  { settings }: Given,
  { cwd, file }: { cwd: string; file: string | undefined },
): Promise<string> | string {
  const named = settings.get('output_dir')?.value;
  if (typeof named === 'string') return resolve(cwd, named);
  if (settings.get('resume')?.value !== true) return nextRun(recipe, cwd);
  return file === undefined ? latestRun(recipe, cwd) : dirname(file);
}
