/** Help and completion that know recipes, functions and rows of the person's own. */
import type { Scope } from '../code/live.ts';
import { isRecipe } from '../code/load-recipe.ts';
import { isName } from '../code/spec.ts';
import { fileOptions } from '../train/options.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { catalogOf, type Catalog } from './catalog.ts';
import { pathsFor } from './complete-paths.ts';
import { flagOf } from './describe.ts';
import { trainCompletions, trainHelp } from './help.ts';
import { findRecipe, isRows, namesOf } from './own-code.ts';

export interface HelpPlace extends Partial<Catalog> {
  cwd: string;
  scope?: Scope | undefined;
}

/** Help for a recipe that ships, of a module (`./recipe.ts#name`) or of a session; the list where none is named. */
export async function helpFor(recipe: string | undefined, place: HelpPlace): Promise<string> {
  const catalog = catalogOf(place);
  if (recipe === undefined) {
    const own = await ownRecipes(place.scope);
    return trainHelp(undefined, { ...catalog, recipes: [...catalog.recipes, ...own] });
  }
  const { value } = await findRecipe(recipe, catalog.recipes, { ...place, code: [] });
  return trainHelp(value.name, { ...catalog, recipes: [value] });
}

/** What may stand where the last word of the line is: names of the session and files of `cwd` among it. */
export async function completionsFor(
  line: string,
  { scope, cwd, ...lists }: Partial<Catalog> & Partial<HelpPlace>,
): Promise<string[]> {
  const catalog = catalogOf(lists);
  const recipes = [...catalog.recipes, ...(await ownRecipes(scope))];
  const [last = '', flag] = line.split(/\s+/).reverse();
  const known = trainCompletions(line, { ...catalog, recipes });
  const begin = (names: readonly string[]): string[] =>
    names.filter((name) => name.startsWith(last));
  if (flag === '--dataset' || flag === '--validation-dataset')
    return begin(await namesOf(scope, isRows));
  if (flag !== '--reward') {
    const paths = cwd !== undefined && namesPath(line) ? await pathsFor(last, cwd) : [];
    return [...paths, ...known];
  }
  const recipe = recipes.find(({ name }) => name === line.trimStart().split(/\s+/)[0]);
  const functions = await namesOf(scope, (value) => typeof value === 'function');
  return begin([...(recipe?.rewards ?? []), ...functions]);
}

/** Is the last word the value of an option that takes files or folders, or a job's file? */
function namesPath(line: string): boolean {
  const words = line.trimStart().split(/\s+/);
  const last = words.at(-1)!;
  if (words.length === 1) return /[./]/.test(last);
  const flag = words.slice(0, -1).findLast((word) => word.startsWith('--'));
  return !last.startsWith('-') && flag !== undefined && pathFlags.has(flag);
}

const pathFlags = new Set([
  ...['--model', '--train', '--validation', '--output-dir'],
  ...fileOptions.map(flagOf),
]);

/** The session's recipes, under their names there. */
async function ownRecipes(scope: Scope | undefined): Promise<Recipe[]> {
  const recipes: Recipe[] = [];
  for (const name of await namesOf(scope, isRecipe)) {
    const value = isName(name) ? await scope!.value(name) : undefined;
    if (isRecipe(value)) recipes.push({ ...value, name });
  }
  return recipes;
}
