/** With what a cluster trains each recipe. */
import { bradleyTerryProgram } from './bradley-terry.ts';
import type { Program } from './handover.ts';
import type { RayRecipe } from './recipes.ts';
import { verlGrpoProgram } from './verl-grpo.ts';
import { verlSftProgram } from './verl-sft.ts';

export const programs: Readonly<Record<RayRecipe, Program>> = {
  'bradley-terry': bradleyTerryProgram,
  sft: verlSftProgram,
  pairwise: verlGrpoProgram,
  pointwise: verlGrpoProgram,
};
