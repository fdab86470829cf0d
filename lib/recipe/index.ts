/** The recipes that ship, in the order of help. */
import { bradleyTerry } from './bradley-terry.ts';
import { pairwise } from './pairwise.ts';
import { pointwise } from './pointwise.ts';
import type { Recipe } from './recipe.ts';
import { sft } from './sft.ts';

export const recipes: readonly Recipe[] = [bradleyTerry, sft, pairwise, pointwise];
