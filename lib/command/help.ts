/** Help from the schemas: what `--help` prints, and what Tab offers. */
import type { z } from 'zod';
import type { OptionValue } from '../train/job.ts';
import { catalogOf, findNamed, optionGroups, type Catalog } from './catalog.ts';
import { describeOptions, type OptionInfo } from './describe.ts';

/** A line or more for each option of a schema: what to type, and what it means. */
export function optionLines(schema: z.ZodType, width = 100): string[] {
  const rows = describeOptions(schema).map((option) => [usage(option), meaning(option)] as const);
  return table(rows, width);
}

/** A line or more for each name and what it means. */
export function nameLines(rows: readonly (readonly [string, string])[], width = 100): string[] {
  return table(rows, width);
}

/** Help for one recipe, or the list of recipes. `width` columns at most. */
export function trainHelp(
  recipe?: string,
  lists: Partial<Catalog> & { width?: number } = {},
): string {
  const catalog = catalogOf(lists);
  const { width = 100 } = lists;
  if (recipe === undefined) return overview(catalog, width);
  const found = findNamed('recipe', recipe, catalog.recipes);
  const groups = optionGroups(found, catalog).flatMap(({ title, options }) => [
    '',
    title,
    ...table(
      options.map((option) => [usage(option), meaning(option)]),
      width,
    ),
  ]);
  const columns = table(Object.entries(found.columns), width);
  return [
    ...wrap(`${found.name}: ${found.summary}`, width),
    '',
    'columns',
    ...columns,
    ...groups,
  ].join('\n');
}

function overview({ recipes, engines }: Catalog, width: number): string {
  return [
    'train RECIPE --model FOLDER --train FILE… [--validation FILE…] [--OPTION VALUE]… [a.b.c=value]…',
    'train JOB.yaml [--OPTION VALUE]…',
    '',
    'recipes (RECIPE --help lists the options)',
    ...table(
      recipes.map(({ name, summary }) => [name, summary]),
      width,
    ),
    '',
    'engines',
    ...table(
      engines.map(({ name, summary }) => [name, summary]),
      width,
    ),
  ].join('\n');
}

/**
 * What may stand where the last word of the line is, given what follows the command's name. Paths are
 * left to `completionsFor`.
 */
export function trainCompletions(line: string, lists: Partial<Catalog> = {}): string[] {
  const catalog = catalogOf(lists);
  const words = line.trimStart().split(/\s+/);
  const last = words.at(-1) ?? '';
  const begin = (names: readonly string[]): string[] =>
    names.filter((name) => name.startsWith(last));
  if (words.length <= 1) return begin(catalog.recipes.map(({ name }) => name));
  const recipe = catalog.recipes.find(({ name }) => name === words[0]) ?? catalog.recipes[0];
  if (!recipe) return [];
  const options = optionGroups(recipe, catalog).flatMap((group) => group.options);
  const before = options.find(({ flag }) => flag === words.at(-2));
  if (before && before.choices.length > 0) return begin(before.choices);
  if (before?.kind === 'boolean' || !before)
    return begin([...options.map(({ flag }) => flag), '--help']);
  return last.startsWith('-') ? begin(options.map(({ flag }) => flag)) : [];
}

function usage({ flag, kind, choices, name, placeholder }: OptionInfo): string {
  if (kind === 'boolean') return flag;
  if (placeholder !== undefined) return `${flag} ${placeholder}`;
  if (name === 'engine' || name === 'device' || choices.length === 0)
    return `${flag} ${placeholders[kind]}`;
  return `${flag} ${choices.join('|')}`;
}

const placeholders: Record<OptionInfo['kind'], string> = {
  boolean: '',
  number: 'N',
  numbers: 'N…',
  text: 'NAME',
  texts: 'FILE…',
};

function meaning({ description, choices, name, ...option }: OptionInfo): string {
  const known = (name === 'engine' || name === 'device') && `: ${choices.join(', ')}`;
  const off = option.default === true ? 'do not ' : '';
  return off + description + (known || '') + fallback(option.kind, option.default);
}

function fallback(kind: OptionInfo['kind'], value: OptionValue | undefined): string {
  if (value === undefined) return ' (required)';
  if (kind === 'boolean' || (Array.isArray(value) && value.length === 0)) return '';
  return ` (default ${Array.isArray(value) ? value.join(' ') : String(value)})`;
}

/** Two columns, the second wrapped and hanging. */
function table(rows: readonly (readonly [string, string])[], width: number): string[] {
  const left = Math.min(44, Math.max(0, ...rows.map(([term]) => term.length)));
  return rows.flatMap(([term, text]) => {
    const lines = wrap(text, Math.max(24, width - left - 4));
    const own = term.length > left ? [`  ${term}`] : [];
    return [
      ...own,
      ...lines.map(
        (line, i) => `  ${(i === 0 && own.length === 0 ? term : '').padEnd(left)}  ${line}`,
      ),
    ];
  });
}

function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line.length > 0 && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line.length > 0 ? `${line} ${word}` : word;
  }
  return lines;
}
