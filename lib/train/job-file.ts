/** job.yaml: a job in the words that `%%train` takes, with paths that survive a move of the project. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Document, isScalar, parse } from 'yaml';
import { nameInHub } from '../hub/cache.ts';
import { isHubAddress, modelNamed } from '../hub/name.ts';
import { hubCache } from '../hub/settings.ts';
import type { CodeReference, Job } from './job.ts';
import { readSpec, specText } from './module-spec.ts';
import { addressOptions, fileOptions, invocationOptions } from './options.ts';

/**
 * What a job is, flat, without what belongs to one invocation. Paths are as the job has them, but for those
 * in the hub's cache, which are called by repository and commit: a replay elsewhere reads the same bytes.
 */
export function jobRecord(job: Job): Record<string, unknown> {
  const cache = hubCache();
  return mapPaths(recordOf(job), (path) => nameInHub(path, cache) ?? path);
}

function recordOf(job: Job): Record<string, unknown> {
  const { recipe, model, train, validation, engine, device, threads, seed, options, code } = job;
  const passing = [...Object.keys(invocationOptions.shape), ...addressOptions];
  const lasting = Object.entries(options).filter(([name]) => !passing.includes(name));
  return {
    ...{ recipe, model, train, validation, engine, device, threads, seed },
    ...Object.fromEntries(lasting),
    ...(code && { code }),
  };
}

/** The text of a job.yaml that lies in `folder`. Paths in there and within the working folder become relative. */
export function jobText(job: Job, folder: string, cwd = process.cwd()): string {
  const within = (root: string, path: string): boolean => !/^\.\.|^$/.test(relative(root, path));
  const near = (path: string): string =>
    !isAbsolute(path)
      ? path
      : within(folder, path) || (within(cwd, path) && within(cwd, folder))
        ? relative(folder, path)
        : path;
  const record = mapPaths(jobRecord(job), near);
  const text = new Document(record);
  const cache = hubCache();
  for (const [path, typed] of Object.entries(job.typed ?? {}))
    if (nameInHub(path, cache) !== typed)
      comment({ text, record }, nameInHub(path, cache) ?? path, typed);
  return text.toString();
}

/** Says of a value what the person typed for it. */
function comment(
  { text, record }: { text: Document; record: Record<string, unknown> },
  value: string,
  typed: string,
): void {
  const places = ['model', 'train', 'validation'].flatMap((name) => {
    const list = record[name];
    return Array.isArray(list) ? list.map((_, i) => [name, i]) : [[name]];
  });
  for (const place of places) {
    const node = text.getIn(place, true);
    if (isScalar(node) && node.value === value) node.comment = ` typed as ${typed}`;
  }
}

/** The settings of a job.yaml, its paths resolved. */
export async function readJobFile(path: string): Promise<Record<string, unknown>> {
  const value: unknown = parse(await readFile(path, 'utf8'));
  const record = typeof value === 'object' && value !== null ? value : {};
  return resolvePaths(record as Record<string, unknown>, dirname(path));
}

/** Settings with their paths resolved against a folder; what lies on the hub stays as it is called. */
export function resolvePaths(
  record: Record<string, unknown>,
  folder: string,
): Record<string, unknown> {
  const { model } = record;
  const resolved = mapPaths(record, (path) => (isHubAddress(path) ? path : resolve(folder, path)));
  const onHub =
    typeof model === 'string' && modelNamed(model) && !existsSync(resolve(folder, model));
  return onHub ? { ...resolved, model } : resolved;
}

/** The settings in which two records differ, a sentence each: `learning_rate: 0.001 there, 0.01 here`. */
export function differences(
  there: Record<string, unknown>,
  here: Record<string, unknown>,
): string[] {
  const names =
    there.recipe === here.recipe
      ? [...new Set([...Object.keys(there), ...Object.keys(here)])]
      : ['recipe'];
  return names
    .filter((name) => !isDeepStrictEqual(unhashed(there[name], name), unhashed(here[name], name)))
    .map((name) => `${name}: ${shown(there[name])} there, ${shown(here[name])} here`);
}

/** Code may be mended between two parts of a run; a recipe is compared by its name. */
function unhashed(value: unknown, name: string): unknown {
  if (name !== 'code') return value;
  const rewards = ((value ?? []) as CodeReference[]).filter(({ use }) => use === 'reward');
  return rewards.map((reference) => ({ ...reference, sha256: '' }));
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

/** The settings that hold paths. */
const pathNames = ['model', 'train', 'validation', ...fileOptions];

function mapPaths(
  record: Record<string, unknown>,
  map: (path: string) => string,
): Record<string, unknown> {
  const mapped = pathNames
    .filter((name) => name in record)
    .map((name) => {
      const value = record[name];
      if (typeof value === 'string') return [name, map(value)];
      return [name, Array.isArray(value) ? value.map((path) => map(String(path))) : value];
    });
  const { reward, code } = record;
  const spec = typeof reward === 'string' ? readSpec(reward) : undefined;
  return {
    ...record,
    ...(Object.fromEntries(mapped) as Record<string, unknown>),
    ...(spec && { reward: specText({ ...spec, path: map(spec.path) }) }),
    ...(Array.isArray(code) && { code: code.map((reference) => mapReference(reference, map)) }),
  };
}

function mapReference(reference: unknown, map: (path: string) => string): unknown {
  const mapped = { ...(reference as Record<string, unknown>) };
  for (const name of ['path', 'recorded'])
    if (name in mapped) mapped[name] = map(String(mapped[name]));
  return mapped;
}
