/** What a zod schema says of its options, for flags, checks, completion and help. */
import { z } from 'zod';
import type { OptionValue } from '../train/job.ts';

/** One option, as the person sees it. */
export interface OptionInfo {
  /** As in YAML and job.yaml: `batch_size`. */
  name: string;
  /** As on a command line: `--batch-size`; `--no-shuffle` for what is on by default. */
  flag: string;
  description: string;
  /** Undefined where a value must be given. */
  default: OptionValue | undefined;
  /** Completes "expected …": 'a whole number above 0'. */
  expected: string;
  kind: 'boolean' | 'number' | 'text' | 'numbers' | 'texts';
  /** Null is a value too. */
  nullable: boolean;
  choices: readonly string[];
  /** What stands for the value in help, where its kind does not say it. */
  placeholder?: string;
}

/** The part of JSON schema that options use. */
interface Property {
  type?: string;
  description?: string;
  placeholder?: string;
  default?: OptionValue;
  enum?: string[];
  anyOf?: Property[];
  items?: Property | boolean;
  prefixItems?: Property[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
}

/** The options of a `z.object`, in its order. */
export function describeOptions(schema: z.ZodType): OptionInfo[] {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as {
    properties?: Record<string, Property & { type?: string | string[] }>;
  };
  return Object.entries(properties).map(([name, property]) => optionInfo(name, spread(property)));
}

/** `batch_size` as `--batch-size`. */
export function flagOf(name: string): string {
  return `--${name.replaceAll('_', '-')}`;
}

/** Null beside a plain type is one more of its types, beside any other a choice. */
function spread({ type, ...property }: Property & { type?: string | string[] }): Property {
  if (!Array.isArray(type)) return { ...property, ...(type !== undefined && { type }) };
  return { ...property, anyOf: type.map((each) => ({ type: each })) };
}

function optionInfo(name: string, property: Property): OptionInfo {
  const nullable = property.anyOf?.some(({ type }) => type === 'null') ?? false;
  const value = property.anyOf?.find(({ type }) => type !== 'null') ?? property;
  return {
    name,
    flag: property.default === true ? flagOf(`no_${name}`) : flagOf(name),
    description: property.description ?? '',
    default: property.default,
    expected: expected(value) + (nullable ? ', or null' : ''),
    kind: kindOf(value),
    nullable,
    choices: value.enum ?? [],
    ...(property.placeholder !== undefined && { placeholder: property.placeholder }),
  };
}

function kindOf(property: Property): OptionInfo['kind'] {
  if (property.type === 'boolean') return 'boolean';
  if (property.type === 'number' || property.type === 'integer') return 'number';
  if (property.type !== 'array') return 'text';
  return property.prefixItems || isNumeric(property.items) ? 'numbers' : 'texts';
}

function isNumeric(items: Property | boolean | undefined): boolean {
  return typeof items === 'object' && (items.type === 'number' || items.type === 'integer');
}

function expected(property: Property): string {
  if (property.enum) return `one of ${property.enum.join(', ')}`;
  if (property.type === 'boolean') return 'true or false';
  if (property.type === 'integer') return `a whole number${range(property)}`;
  if (property.type === 'number') return `a number${range(property)}`;
  if (property.prefixItems)
    return `${property.prefixItems.length} numbers${range(property.prefixItems[0]!)}`;
  if (property.type !== 'array') return 'a text';
  if (isNumeric(property.items)) return 'numbers';
  const { enum: known = [] } = typeof property.items === 'object' ? property.items : {};
  return known.length > 0 ? `one or more of ${known.join(', ')}` : 'one text or more';
}

function range({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Property): string {
  const bounded = (bound: number | undefined): bound is number =>
    bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  const bounds = [
    ...(bounded(minimum) ? [`of at least ${minimum}`] : []),
    ...(bounded(exclusiveMinimum) ? [`above ${exclusiveMinimum}`] : []),
    ...(bounded(maximum) ? [`of at most ${maximum}`] : []),
    ...(bounded(exclusiveMaximum) ? [`below ${exclusiveMaximum}`] : []),
  ];
  return bounds.length > 0 ? ` ${bounds.join(' and ')}` : '';
}
