/** Run folders that nobody named: runs/<recipe>-001, -002, … */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The first free one. */
export async function nextRun(recipe: string, cwd: string): Promise<string> {
  return folder(recipe, cwd, (await lastNumber(recipe, cwd)) + 1);
}

/** The newest one that exists, or the first where there is none. */
export async function latestRun(recipe: string, cwd: string): Promise<string> {
  return folder(recipe, cwd, Math.max(1, await lastNumber(recipe, cwd)));
}

function folder(recipe: string, cwd: string, number: number): string {
  return join(cwd, 'runs', `${recipe}-${String(number).padStart(3, '0')}`);
}

async function lastNumber(recipe: string, cwd: string): Promise<number> {
  const names = await readdir(join(cwd, 'runs')).catch(() => []);
  const numbers = names
    .filter((name) => name.startsWith(`${recipe}-`))
    .map((name) => name.slice(recipe.length + 1))
    .filter((rest) => /^\d+$/.test(rest))
    .map(Number);
  return Math.max(0, ...numbers);
}
