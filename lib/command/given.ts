/** Reads what was typed, without judging values: flags, YAML and VERL's keys as one list of settings. */
import { parse as parseYaml, YAMLParseError } from 'yaml';
import { closest, UserError } from '../errors.ts';
import { flagOf, type OptionInfo } from './describe.ts';
import { isOursAlone, verlExport, verlOption, verlValue } from './verl.ts';

/** A value for an option, and how it was spelled, for messages. */
export interface Setting {
  name: string;
  spelled: string;
  value: unknown;
}

/** What was typed: values by option, the last of each winning, and every problem found on the way. */
export interface Given {
  settings: Map<string, Setting>;
  problems: string[];
  notes: string[];
  /** VERL's settings that are none of our options. */
  besides: VerlSetting[];
  /** Exports of modules that options name, where VERL says them apart. */
  exports: Map<string, string>;
}

export interface VerlSetting {
  key: string;
  /** As VERL takes it. */
  word: string;
  /** It says where VERL computes, and so nothing to another engine. */
  placing: boolean;
}

export function nothingGiven(): Given {
  return { settings: new Map(), problems: [], notes: [], besides: [], exports: new Map() };
}

/**
 * VERL's settings that are none of our options: for VERL itself words of the option `verl`, else nothing where
 * they only place its work, and problems where they mean more.
 */
export function settleBesides(given: Given, toVerl: boolean): void {
  const passed = toVerl ? given.besides.filter(({ key }) => !isOursAlone(key)) : [];
  for (const setting of given.besides) {
    const { key, placing } = setting;
    if (passed.includes(setting)) continue;
    if (toVerl)
      given.notes.push(`${key} was left out: the job itself says it (--workers, --device)`);
    else if (placing) given.notes.push(`${key} has no meaning on this engine and was left out`);
    else given.problems.push(`${key}: this VERL setting has no counterpart here`);
  }
  if (passed.length === 0) return;
  const before = (given.settings.get('verl')?.value ?? []) as string[];
  const value = [...before, ...passed.map(({ word }) => word)];
  given.settings.set('verl', { name: 'verl', spelled: 'verl', value });
}

/** Adds the flags and dotted keys of a command line. */
export function readWords(
  words: readonly string[],
  options: readonly OptionInfo[],
  given: Given,
): void {
  for (let at = 0; at < words.length;) {
    const word = words[at++]!;
    const values: string[] = [];
    if (word.startsWith('--') && !word.includes('='))
      while (at < words.length && !startsOption(words[at]!)) values.push(words[at++]!);
    if (word.startsWith('--')) readFlag(word, values, { options, given });
    else if (word.includes('=')) readDotted(word, { options, given });
    else given.problems.push(`${word}: expected an option such as --model, got a bare word`);
  }
}

/** Adds settings as YAML has them: our names, with - or _, and VERL's tree. */
export function readSettings(
  settings: Record<string, unknown>,
  options: readonly OptionInfo[],
  given: Given,
): void {
  for (const [key, value] of flatten(settings)) {
    const option = options.find(({ name }) => name === key.replaceAll('-', '_'));
    if (option) {
      const list = option.kind === 'texts' && typeof value === 'string' ? [value] : value;
      given.settings.set(option.name, { name: option.name, spelled: key, value: list });
    } else if (key.includes('.'))
      takeVerl({ key, value, word: `${key}=${JSON.stringify(value)}` }, { options, given });
    else given.problems.push(noSuch(key, key, options));
  }
}

/** A YAML mapping as an object. Throws a `UserError` for anything else. */
export function parseMapping(text: string, source: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = parseYaml(text);
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    const [position] = error.linePos ?? [];
    throw new UserError(
      `${source} is not YAML${position ? `, line ${position.line}` : ''}: ${error.message.split(/ at line|\n/)[0]!}`,
    );
  }
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw new UserError(`${source}: expected 'name: value' lines, got '${text.slice(0, 40)}'`);
  return value as Record<string, unknown>;
}

/** A letter after one or two dashes, or `a.b=`, opens an option; a negative number does not. */
function startsOption(word: string): boolean {
  return /^--?[a-z]/i.test(word) || /^\+*[\w]+(\.[\w]+)+=/.test(word);
}

interface Reading {
  options: readonly OptionInfo[];
  given: Given;
}

function readFlag(word: string, values: readonly string[], { options, given }: Reading): void {
  const [flag, inline] = split(word);
  const key = flag.slice(2).replaceAll('-', '_');
  const off = key.startsWith('no_') ? options.find(({ name }) => name === key.slice(3)) : undefined;
  const option = options.find(({ name }) => name === key) ?? off;
  if (!option) {
    given.problems.push(noSuch(flag, key, options));
    return;
  }
  const texts = inline === undefined ? values : [inline];
  const value = off ? false : valueOf(texts, option);
  const before = option.kind === 'texts' ? given.settings.get(option.name) : undefined;
  const repeated = before?.spelled === flag && Array.isArray(before.value);
  const all = repeated ? [...(before.value as unknown[]), ...(value as unknown[])] : value;
  if (off && texts.length > 0)
    given.problems.push(`${flag}: takes no value, got '${texts.join(' ')}'`);
  given.settings.set(option.name, { name: option.name, spelled: flag, value: all });
}

/** Words of a flag as the option's kind wants them; what does not fit stays text, to be refused. */
function valueOf(texts: readonly string[], option: OptionInfo): unknown {
  if (option.kind === 'texts') return texts;
  if (option.kind === 'numbers') return texts.flatMap((text) => text.split(',')).map(number);
  if (option.kind === 'boolean' && texts.length === 0) return true;
  const text = texts.join(' ');
  if (option.nullable && (text === 'null' || text === 'none')) return null;
  if (option.kind === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return option.kind === 'number' ? number(text) : text;
}

function number(text: string): number | string {
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

function readDotted(word: string, { options, given }: Reading): void {
  const [key, text = ''] = split(word);
  if (!key.includes('.')) {
    given.problems.push(noSuch(key, key, options));
    return;
  }
  let value: unknown = text;
  try {
    value = text === 'None' ? null : parseYaml(text);
  } catch {
    // Not YAML: the text itself is the value, and the schema judges it.
  }
  takeVerl({ key, value, word }, { options, given });
}

interface Dotted {
  key: string;
  value: unknown;
  /** Both as VERL takes them. */
  word: string;
}

function takeVerl({ key, value, word }: Dotted, { options, given }: Reading): void {
  const name = verlOption(key);
  const exporter = verlExport(key);
  const unset = value === null && (exporter ?? name ?? '') in unsetInVerl;
  if (unset) return;
  if (exporter !== undefined) given.exports.set(exporter, String(value));
  else if (name && options.some((option) => option.name === name)) {
    const list = options.some((option) => option.name === name && option.kind === 'texts');
    const ours = list && typeof value === 'string' ? [value] : verlValue(name, value);
    given.settings.set(name, { name, spelled: key, value: ours });
  } else given.besides.push({ key, word, placing: name === 'ignored' });
}

/** VERL says null for code that it is not given. */
const unsetInVerl = { reward: true, dataset: true };

function split(word: string): [string, string?] {
  const at = word.indexOf('=');
  return at < 0 ? [word] : [word.slice(0, at), word.slice(at + 1)];
}

function noSuch(spelled: string, key: string, options: readonly OptionInfo[]): string {
  const guess = closest(
    key,
    options.map(({ name }) => name),
  );
  const shown = guess && (spelled.startsWith('--') ? flagOf(guess) : guess);
  return `${spelled}: no such option${shown ? `; did you mean ${shown}?` : ''}`;
}

/** `{ a: { b: 1 } }` as `a.b` and 1. */
function flatten(tree: Record<string, unknown>, prefix = ''): [string, unknown][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? flatten(value as Record<string, unknown>, `${prefix}${key}.`)
      : [[prefix + key, value] as [string, unknown]],
  );
}
