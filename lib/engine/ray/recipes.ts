/** The recipes that a cluster trains; `programs.ts` says with what. */
export const rayRecipes = ['bradley-terry', 'sft'] as const;
export type RayRecipe = (typeof rayRecipes)[number];
