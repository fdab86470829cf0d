/** A recipe from a module of the person's own. */
import { basename } from 'node:path';
import { UserError } from '../errors.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { ModuleSpec } from '../train/module-spec.ts';
import { kindOf, loadExport } from './load-export.ts';

/** Throws a `UserError` where the export is no recipe, or lacks a part of one. */
export async function loadRecipe(spec: ModuleSpec): Promise<Recipe> {
  const value = await loadExport(spec, 'recipe');
  if (isRecipe(value)) return value;
  const lacks = typeof value === 'object' ? ` without ${lacking(value as object).join(', ')}` : '';
  throw new UserError(
    `'${spec.export}' of '${basename(spec.path)}' is ${kindOf(value)}${lacks}, expected a recipe`,
    'make it with defineRecipe({ name, rows, loss })',
  );
}

/** Whether a value is what `defineRecipe` returns. */
export function isRecipe(value: unknown): value is Recipe {
  return typeof value === 'object' && value !== null && lacking(value).length === 0;
}

const parts = { name: 'string', options: 'object', survey: 'function' } as const;
const methods = { batches: 'function', loss: 'function' } as const;

function lacking(value: object): string[] {
  return Object.entries({ ...parts, ...methods })
    .filter(([name, type]) => typeof Reflect.get(value, name) !== type)
    .map(([name]) => name);
}
