/** A recipe of one's own, checked by the compiler, with the options' type taken from their schema. */
import type { Recipe } from './recipe.ts';

/** Returns what it is given. */
export function defineRecipe<O>(recipe: Recipe<O>): Recipe<O> {
  return recipe;
}
