/** What makes of a job the program that trains its recipe on a cluster. */
import { handOverBradleyTerry } from './bradley-terry.ts';
import type { Handover, HandoverPlace } from './handover.ts';
import type { RayRecipe } from './recipes.ts';

export const programs: Readonly<Record<RayRecipe, (place: HandoverPlace) => Promise<Handover>>> = {
  'bradley-terry': handOverBradleyTerry,
};
