/** What of a job is the person's own, found by name: its recipe, its reward function, its rows. */
import { join } from 'node:path';
import { isName, hashOf, moduleSpec } from '../code/spec.ts';
import type { Live, NamedRows, Scope } from '../code/live.ts';
import { kindOf, loadExport } from '../code/load-export.ts';
import { isRecipe, loadRecipe } from '../code/load-recipe.ts';
import { near } from '../code/own-frames.ts';
import { rowSource } from '../code/own-rows.ts';
import { replayRecipe } from '../code/replay-recipe.ts';
import { unknownName, UserError } from '../errors.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { CodeReference } from '../train/job.ts';
import { specText } from '../train/module-spec.ts';

/** Where names are looked up: the working folder for files, and a session's values. */
export interface OwnPlace {
  cwd: string;
  scope?: Scope | undefined;
  /** What a job file says of its code. */
  code: readonly CodeReference[];
}

export interface Found<T> {
  value: T;
  /** Absent for what ships. */
  reference?: CodeReference;
  /** It is a value of this process, which another cannot have. */
  live?: boolean;
  /** To be told: the file has another text than when the job was written. */
  changed?: string;
}

/** A recipe that ships, of a module, of a session, or as the job file refers to it. */
export async function findRecipe(
  name: string,
  shipped: readonly Recipe[],
  place: OwnPlace,
): Promise<Found<Recipe>> {
  const found = await lookUp(name, shipped, place);
  if (/^[\p{L}\p{N}_-]+$/u.test(found.value.name)) return found;
  throw new UserError(
    `the recipe '${name}' calls itself '${found.value.name}'`,
    'a name is made of letters, digits, - and _',
  );
}

async function lookUp(
  name: string,
  shipped: readonly Recipe[],
  place: OwnPlace,
): Promise<Found<Recipe>> {
  const reference = place.code.find(({ use }) => use === 'recipe');
  if (reference && 'recorded' in reference)
    return { value: (await replayRecipe(reference.recorded, reference.sha256)).recipe, reference };
  if (reference && 'live' in reference) return sessionRecipe(reference.live, place, shipped, true);
  const known = shipped.find((recipe) => recipe.name === name);
  const spec = reference ?? moduleSpec(name, place.cwd);
  if (spec) {
    const sha256 = await hashOf(spec.path);
    const value = await loadRecipe(spec);
    const changed = reference && reference.sha256 !== sha256 ? near(spec.path) : undefined;
    return {
      value,
      reference: { use: 'recipe', path: spec.path, export: spec.export, sha256 },
      ...(changed !== undefined && { changed }),
    };
  }
  return known ? { value: known } : sessionRecipe(name, place, shipped, false);
}

async function sessionRecipe(
  name: string,
  { scope }: OwnPlace,
  shipped: readonly Recipe[],
  asked: boolean,
): Promise<Found<Recipe>> {
  const value = isName(name) ? await scope?.value(name) : undefined;
  if (isRecipe(value)) return { value, reference: { use: 'recipe', live: name }, live: true };
  if (value !== undefined)
    throw new UserError(
      `'${name}' is ${kindOf(value)}, expected a recipe`,
      'make it with defineRecipe({ name, rows, loss })',
    );
  if (asked) throw lost(name, 'a recipe');
  const own = await namesOf(scope, isRecipe);
  throw unknownName('recipe', name, [...shipped.map((recipe) => recipe.name), ...own]);
}

/** The reward function that `--reward` names; undefined where it names one of the recipe's own. */
export async function findReward(
  text: string,
  rewards: readonly string[],
  { cwd, scope, code }: OwnPlace,
): Promise<(Found<Live['reward']> & { text: string }) | undefined> {
  if (rewards.includes(text)) return undefined;
  const before = code.find(({ use }) => use === 'reward');
  const spec = moduleSpec(text, cwd);
  if (spec) {
    const sha256 = await hashOf(spec.path);
    const same = before && 'path' in before && before.path === spec.path;
    const changed = same && before.sha256 !== sha256 ? near(spec.path) : undefined;
    return {
      value: undefined,
      text: specText(spec),
      reference: { use: 'reward', ...spec, sha256 },
      ...(changed !== undefined && { changed }),
    };
  }
  const value = isName(text) ? await scope?.value(text) : undefined;
  if (typeof value === 'function')
    return {
      value: value as Live['reward'],
      text,
      reference: { use: 'reward', live: text },
      live: true,
    };
  if (value !== undefined)
    throw new UserError(
      `'${text}' is ${kindOf(value)}, expected a function of (prompt, completion, row)`,
    );
  if (before && 'live' in before && before.live === text) throw lost(text, 'a function');
  if (!isName(text) && /[./\\]/.test(text))
    throw new UserError(
      `expected a TypeScript or JavaScript module such as ./reward.ts, got '${text}'`,
    );
  const own = await namesOf(scope, (other) => typeof other === 'function');
  throw unknownName('reward', text, [...rewards, ...own]);
}

function lost(name: string, what: string): UserError {
  return new UserError(
    `this job calls '${name}', ${what} of the session that it was started in`,
    `define ${name} first, in a cell`,
  );
}

/** Rows of a session's value or of a module's export. */
export async function findRows(text: string, { cwd, scope }: OwnPlace): Promise<NamedRows> {
  const spec = moduleSpec(text, cwd);
  if (spec) return { name: text, rows: await rowSource(await loadExport(spec, 'rows'), text) };
  const value = isName(text) ? await scope?.value(text) : undefined;
  if (value !== undefined) return { name: text, rows: await rowSource(value, text) };
  throw unknownName('dataset', text, await namesOf(scope, isRows));
}

/** Where the rows of a split lie in a run folder. */
export function rowsFile(output: string, split: 'train' | 'validation'): string {
  return join(output, `${split}.parquet`);
}

/** The names of a session's values of one kind. */
export async function namesOf(
  scope: Scope | undefined,
  is: (value: unknown) => boolean,
): Promise<string[]> {
  const names: string[] = [];
  for (const name of (await scope?.names()) ?? [])
    if (is(await scope!.value(name))) names.push(name);
  return names;
}

/** Whether a value may be rows: views, and arrays of objects. */
export function isRows(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (!Array.isArray(value)) return Symbol.asyncIterator in value;
  const [first] = value as unknown[];
  return typeof first === 'object' && first !== null;
}
