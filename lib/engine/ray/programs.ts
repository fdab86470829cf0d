/** Which program trains a recipe on a cluster. */
import { bradleyTerryProgram } from './bradley-terry.ts';
import type { Program } from './handover.ts';
import type { RayRecipe } from './recipes.ts';

export const programs: Readonly<Record<RayRecipe, Program>> = {
  'bradley-terry': bradleyTerryProgram,
};
