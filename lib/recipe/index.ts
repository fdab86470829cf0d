/** The recipes that ship, in the order of help. */
import { bradleyTerry } from './bradley-terry.ts';
import type { Recipe } from './recipe.ts';
import { sft } from './sft.ts';

export const recipes: readonly Recipe[] = [bradleyTerry, sft];
