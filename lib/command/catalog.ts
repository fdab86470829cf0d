/** What there is to choose from: recipes, engines, and the options of each recipe. */
import { unknownName } from '../errors.ts';
import { engines as shippedEngines } from '../engine/index.ts';
import type { Engine } from '../engine/engine.ts';
import { recipes as shippedRecipes } from '../recipe/index.ts';
import type { Recipe } from '../recipe/recipe.ts';
import {
  invocationOptions,
  placeOptions,
  rowsOptions,
  trainingOptionsOf,
} from '../train/options.ts';
import { describeOptions, type OptionInfo } from './describe.ts';

export interface Catalog {
  recipes: readonly Recipe[];
  engines: readonly Engine[];
}

/** The given lists, or those that ship. */
export function catalogOf(lists: Partial<Catalog> = {}): Catalog {
  return { recipes: lists.recipes ?? shippedRecipes, engines: lists.engines ?? shippedEngines };
}

/** Finds by name. Throws a `UserError` that guesses which was meant. */
export function findNamed<T extends { name: string }>(
  kind: string,
  name: string,
  list: readonly T[],
): T {
  const found = list.find((entry) => entry.name === name);
  if (!found)
    throw unknownName(
      kind,
      name,
      list.map((entry) => entry.name),
    );
  return found;
}

/** A heading and its options; `engine` offers the catalogue's names, `device` those of its engines. */
export interface OptionGroup {
  title: string;
  options: readonly OptionInfo[];
}

/** Every option that a job of this recipe takes. */
export function optionGroups(recipe: Recipe, { engines }: Catalog): OptionGroup[] {
  const choices: Record<string, readonly string[]> = {
    engine: engines.map(({ name }) => name),
    device: [...new Set(engines.flatMap(({ devices }) => devices))],
  };
  const place = describeOptions(placeOptions).map((option) =>
    option.name in choices ? { ...option, choices: choices[option.name]! } : option,
  );
  return [
    { title: 'what and where', options: [...place, ...describeOptions(rowsOptions)] },
    { title: recipe.name, options: describeOptions(recipe.options) },
    { title: 'training', options: describeOptions(trainingOptionsOf(recipe)) },
    ...engines.flatMap(({ name, options }) =>
      options ? [{ title: `engine ${name}`, options: describeOptions(options) }] : [],
    ),
    { title: 'this invocation', options: describeOptions(invocationOptions) },
  ];
}
