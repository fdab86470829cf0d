/** The recipes that a cluster trains; `programs.ts` says with what. */
export const rayRecipes = ['bradley-terry', 'sft', 'pairwise', 'pointwise'] as const;
export type RayRecipe = (typeof rayRecipes)[number];
