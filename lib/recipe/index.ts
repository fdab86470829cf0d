/** The recipes that ship, in the order of help. */
import type { Recipe } from './recipe.ts';

export const recipes: readonly Recipe[] = [];
