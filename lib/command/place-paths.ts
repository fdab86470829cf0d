/** The model and files of a job as paths: those on this disk are looked at first, then the hub is asked. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { dataFiles } from '../data/files.ts';
import { isUserError } from '../errors.ts';
import { isHubAddress, modelNamed } from '../hub/name.ts';
import { resolveModel } from '../model/hub.ts';
import type { Job } from '../train/job.ts';

export interface Finding {
  cwd: string;
  /** Files that are yet to be made and need not be there. */
  made: readonly string[];
  /** How the person spelled an option. */
  spelled: (name: string) => string;
  /** Sentences are added to it. */
  problems: string[];
}

type Paths = Pick<Job, 'model' | 'train' | 'validation'>;

/** Absolute paths. Nothing is downloaded where there is a problem, for the job is refused anyway. */
export async function findPaths(
  named: Paths,
  finding: Finding,
): Promise<Paths & Required<Pick<Job, 'typed'>>> {
  const { cwd, problems, spelled } = finding;
  const found: Paths = { model: named.model, train: [], validation: [] };
  const typed: Record<string, string> = {};
  const onHub = !existsSync(resolve(cwd, named.model)) && modelNamed(named.model) !== undefined;
  const model = async (): Promise<void> => {
    found.model = await resolveModel(named.model, cwd);
    if (onHub) typed[found.model] = named.model;
  };
  if (!onHub) await orProblem('model', model, finding);
  if (named.train.length === 0) problems.push(`${spelled('train')}: expected a file, got none`);
  for (const name of ['train', 'validation'] as const) refuseAbsent(name, named[name], finding);
  for (const name of ['train', 'validation'] as const)
    for (const path of named[name]) {
      if (isHubAddress(path) && problems.length > 0) continue;
      await orProblem(
        name,
        async () => {
          const paths = await dataFiles(path, cwd);
          found[name].push(...paths);
          if (isHubAddress(path)) for (const each of paths) typed[each] = path;
        },
        finding,
      );
    }
  if (onHub && problems.length === 0) await orProblem('model', model, finding);
  return { ...found, typed };
}

function refuseAbsent(
  name: string,
  paths: readonly string[],
  { cwd, made, problems, spelled }: Finding,
): void {
  for (const path of paths.filter((path) => !isHubAddress(path)).map((path) => resolve(cwd, path)))
    if (!made.includes(path) && !existsSync(path))
      problems.push(`${spelled(name)}: no such file '${path.replace(/\p{Cc}/gu, ' ')}'`);
}

async function orProblem(
  name: string,
  find: () => Promise<void>,
  { problems, spelled }: Finding,
): Promise<void> {
  await find().catch((error: unknown) => {
    if (!isUserError(error)) throw error;
    problems.push(`${spelled(name)}: ${[error.message, error.hint].filter(Boolean).join('; ')}`);
  });
}
