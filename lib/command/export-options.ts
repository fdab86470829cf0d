/** The options of an export, each once: for flags, `data_config.yaml`, `exportData` and help. */
import { z } from 'zod';
import { converters } from '../data/convert/index.ts';
import { formats } from '../data/export/outputs.ts';
import { readShares, shareProblem } from '../data/export/split.ts';
import { targets } from '../data/export/targets.ts';

const names = [...converters, { name: 'auto' }].map(({ name }) => name);

const shares = z
  .union([z.string(), z.record(z.string(), z.number())])
  .superRefine((given, context) => {
    const read = typeof given === 'string' ? readShares(given) : given;
    const message = read ? shareProblem(read) : 'shares such as train=0.8,test=0.2';
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

export const exportOptions = z.object({
  output_dir: z.string().default('exports').describe('folder to write to; it is made'),
  formats: z
    .array(z.enum(formats))
    .min(1)
    .default(['parquet'])
    .describe('files to write')
    .meta({ placeholder: formats.join('|') + '…' }),
  from: z
    .enum(names)
    .default('auto')
    .describe('format of the rows; auto: the first whose columns they have')
    .meta({ placeholder: 'FORMAT' }),
  to: z
    .enum(targets.map(({ name }) => name))
    .default('judge')
    .describe('what to write them for'),
  split: shares
    .nullable()
    .default(null)
    .describe('parts and their shares, which sum to 1; a prompt is never in two parts')
    .meta({ placeholder: 'train=0.8,test=0.2' }),
  seed: z.int().min(0).default(0).describe('seed of the split, the order and the limit'),
  limit: z.int().positive().nullable().default(null).describe('draw so many of the rows'),
  swap: z
    .boolean()
    .nullable()
    .default(null)
    .describe('write pairs in both orders, or with --no-swap in one; null: as the format does'),
  name: z
    .string()
    .refine((name) => /^[^\\/]+$/.test(name), 'a name without / and \\')
    .nullable()
    .default(null)
    .describe('what files are called; null: as the format'),
  preserve_structure: z
    .boolean()
    .default(false)
    .describe('write a file for each that was read, by its name'),
});

/** How `rewardlab export` prints what came out. */
export const exportInvocation = z.object({
  json: z.boolean().default(false).describe('print one JSON object'),
});
