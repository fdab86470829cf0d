/**
 * RM-Gallery's `data_config.yaml`: where rows come from, which are left out, and where they go. What it says of
 * things that are not here is refused or noted, all at once.
 */
import type { z } from 'zod';
import { converterNamed } from '../data/convert/recognise.ts';
import { converters } from '../data/convert/index.ts';
import { filters, type Filter } from '../data/export/filters.ts';
import { unknownName } from '../errors.ts';
import { checkOptions } from './check.ts';
import { describeOptions } from './describe.ts';
import { nothingGiven, parseMapping, type Setting } from './given.ts';

export interface DataConfig {
  data: string[];
  settings: Setting[];
  filters: Filter[];
  problems: string[];
  notes: string[];
}

type Tree = Record<string, unknown>;

/** Reads the text of a file. Throws a `UserError` where it is no YAML. */
export function readDataConfig(text: string, source: string): DataConfig {
  const config: DataConfig = { data: [], settings: [], filters: [], problems: [], notes: [] };
  const { dataset, ...others } = parseMapping(text, source);
  for (const key of Object.keys(others))
    config.problems.push(`${key}: no such key; known: dataset`);
  if (!isTree(dataset)) {
    config.problems.push("dataset: expected 'name', 'configs' and 'export' below it");
    return config;
  }
  const { name, configs = {}, export: output = {}, processors = [], ...rest } = dataset;
  if (typeof name === 'string') set(config, 'name', 'dataset.name', name.replaceAll('/', '_'));
  readSource(section(configs, 'dataset.configs', config), dataset, config);
  readOutput(section(output, 'dataset.export', config), config);
  readProcessors(processors, config);
  for (const [key, value] of Object.entries(rest)) {
    if (key === 'metadata') config.notes.push('dataset.metadata is not written anywhere');
    else if (key === 'annotation' && value !== null)
      config.problems.push('dataset.annotation: there is no annotation here; take it out');
    else if (value !== null) config.problems.push(`dataset.${key}: no such key`);
  }
  return config;
}

/** Keys that say nothing which is not known anyway. */
const needless = ['streaming', 'trust_remote_code'];

function readSource(configs: Tree, { name }: Tree, config: DataConfig): void {
  const {
    type = 'local',
    source,
    path,
    limit,
    huggingface_split,
    dataset_config,
    ...rest
  } = configs;
  for (const key of Object.keys(rest)) {
    if (needless.includes(key)) config.notes.push(`dataset.configs.${key} has no meaning here`);
    else config.problems.push(`dataset.configs.${key}: no such key`);
  }
  if (typeof source === 'string') {
    const converter = converterNamed(source);
    const known = converters.map((each) => each.name);
    if (source === '*') set(config, 'from', 'dataset.configs.source', 'auto');
    else if (converter) set(config, 'from', 'dataset.configs.source', converter.name);
    else
      config.problems.push(
        `dataset.configs.source: ${unknownName('format', source, known).message}`,
      );
  }
  if (limit !== undefined && limit !== null) set(config, 'limit', 'dataset.configs.limit', limit);
  if (type === 'local') {
    const paths = [path].flat();
    if (paths.every((each) => typeof each === 'string')) config.data.push(...paths);
    else config.problems.push('dataset.configs.path: expected a file or folder');
  } else if (type === 'huggingface') readHub({ name, huggingface_split, dataset_config }, config);
  else
    config.problems.push(
      `dataset.configs.type: expected local or huggingface, got '${shown(type)}'`,
    );
}

/** Files of a dataset on the hub are found by the split's name in theirs. */
function readHub(
  { name, huggingface_split: split = 'train', dataset_config }: Tree,
  config: DataConfig,
) {
  if (typeof name !== 'string' || !/^[^/]+\/[^/]+$/.test(name))
    config.problems.push(`dataset.name: expected ORG/NAME of a dataset, got '${shown(name)}'`);
  else {
    const folder = typeof dataset_config === 'string' ? `${dataset_config}/` : '**/';
    config.data.push(
      `hf://datasets/${name}/${folder}*${shown(split)}*.{parquet,jsonl,json,jsonl.gz,json.gz}`,
    );
  }
}

const outputs: Record<string, string> = {
  output_dir: 'output_dir',
  formats: 'formats',
  preserve_structure: 'preserve_structure',
  split_ratio: 'split',
};

function readOutput(output: Tree, config: DataConfig): void {
  for (const [key, value] of Object.entries(output)) {
    const spelled = `dataset.export.${key}`;
    const name = outputs[key];
    if (name === undefined) config.problems.push(`${spelled}: no such key`);
    else if (value !== null) set(config, name, spelled, value);
  }
}

function readProcessors(processors: unknown, config: DataConfig): void {
  if (!Array.isArray(processors)) {
    if (processors !== null) config.problems.push('dataset.processors: expected a list');
    return;
  }
  for (const [i, each] of (processors as unknown[]).entries()) {
    const where = `dataset.processors[${i}]`;
    const { name, config: settings = {} } = isTree(each) ? each : {};
    const known = Object.keys(filters);
    if (typeof name !== 'string' || !Object.hasOwn(filters, name)) {
      config.problems.push(`${where}: ${unknownName('processor', shown(name), known).message}`);
      continue;
    }
    const { settings: schema, make } = filters[name]!;
    const checked = checkTree(schema, isTree(settings) ? settings : {}, `${where}.config`, config);
    if (checked) config.filters.push(make(checked));
  }
}

function checkTree<T>(
  schema: z.ZodType<T>,
  tree: Tree,
  where: string,
  { problems }: DataConfig,
): T | undefined {
  const options = describeOptions(schema);
  const given = { ...nothingGiven(), problems };
  for (const [name, value] of Object.entries(tree)) {
    const spelled = `${where}.${name}`;
    if (options.some((option) => option.name === name))
      given.settings.set(name, { name, spelled, value });
    else problems.push(`${spelled}: no such key`);
  }
  return checkOptions(schema, options, given);
}

function section(value: unknown, spelled: string, config: DataConfig): Tree {
  if (isTree(value)) return value;
  if (value !== null) config.problems.push(`${spelled}: expected 'name: value' lines`);
  return {};
}

function set(config: DataConfig, name: string, spelled: string, value: unknown): void {
  config.settings.push({ name, spelled, value });
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
