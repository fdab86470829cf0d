/** Judges what was given by the schemas; every problem becomes a line in the spelling that was used. */
import type { z } from 'zod';
import type { Engine } from '../engine/engine.ts';
import { unknownName } from '../errors.ts';
import type { Job, Options } from '../train/job.ts';
import { placeOptions } from '../train/options.ts';
import { describeOptions, flagOf, type OptionInfo } from './describe.ts';
import type { Given } from './given.ts';
import { findPaths } from './place-paths.ts';

/** The values of a schema's options, defaults filled in; undefined where there are problems. */
export function checkOptions<T>(
  schema: z.ZodType<T>,
  options: readonly OptionInfo[],
  { settings, problems }: Given,
): T | undefined {
  const names = describeOptions(schema).map(({ name }) => name);
  const entries = names.flatMap((name) => {
    const setting = settings.get(name);
    return setting ? [[name, setting.value] as const] : [];
  });
  const parsed = schema.safeParse(Object.fromEntries(entries));
  if (parsed.success) return parsed.data;
  const seen = new Set<string>();
  for (const issue of parsed.error.issues) {
    const name = String(issue.path[0] ?? '');
    if (seen.has(name)) continue;
    seen.add(name);
    const option = options.find((known) => known.name === name);
    const setting = settings.get(name);
    const expected = issue.code === 'custom' ? issue.message : (option?.expected ?? issue.message);
    problems.push(
      setting
        ? `${setting.spelled}: expected ${expected}, got ${shown(setting.value)}`
        : `${flagOf(name)}: is missing; ${option?.description ?? expected}`,
    );
  }
  return undefined;
}

/** The values of an engine's own options. Those of another engine are refused. */
export function checkEngine(
  name: string,
  options: readonly OptionInfo[],
  given: Given,
  engines: readonly Engine[],
): Options {
  for (const other of engines)
    for (const option of Object.keys(other.options?.shape ?? {})) {
      const setting = given.settings.get(option);
      if (setting && other.name !== name)
        given.problems.push(`${setting.spelled}: only engine ${other.name} has it, not ${name}`);
    }
  const own = engines.find((engine) => engine.name === name)?.options;
  return own ? ((checkOptions(own, options, given) ?? {}) as Options) : {};
}

export type Place = z.infer<typeof placeOptions> & Required<Pick<Job, 'typed'>>;

/**
 * The place options, with engine and device known, files found and paths made absolute. Files that are yet
 * to be `made` need not be there.
 */
export async function checkPlace(
  options: readonly OptionInfo[],
  given: Given,
  {
    cwd,
    engines,
    made = [],
  }: { cwd: string; engines: readonly Engine[]; made?: readonly string[] },
): Promise<Place | undefined> {
  const place = checkOptions(placeOptions, options, given);
  if (!place) return undefined;
  const { settings, problems } = given;
  const spelled = (name: string): string => settings.get(name)?.spelled ?? flagOf(name);
  const engine = engines.find(({ name }) => name === place.engine);
  const names = engines.map(({ name }) => name);
  if (!engine)
    problems.push(`${spelled('engine')}: ${unknownName('engine', place.engine, names).message}`);
  else if (!engine.devices.includes(place.device) && settings.has('device'))
    problems.push(
      `${spelled('device')}: expected ${engine.devices.length > 1 ? 'one of ' : ''}${engine.devices.join(', ')} for engine ${engine.name}, got ${shown(place.device)}`,
    );
  const threads = settings.has('threads') ? place.threads : (engine?.threads ?? place.threads);
  const device = settings.has('device') ? place.device : (engine?.devices[0] ?? place.device);
  const paths = await findPaths(place, { cwd, made, spelled, problems });
  return { ...place, device, threads, ...paths };
}

function shown(value: unknown): string {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  const text = list.map((item) => (typeof item === 'string' ? item : JSON.stringify(item)));
  return `'${text.join(' ').replace(/\p{Cc}/gu, ' ')}'`;
}
