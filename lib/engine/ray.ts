/** A Ray cluster: the job is handed over to it and followed. */
import { z } from 'zod';
import type { Job } from '../train/job.ts';
import { rayRecipes } from './ray/recipes.ts';
import type { Engine } from './engine.ts';

export const rayEngine: Engine = {
  name: 'ray',
  summary: 'a Ray cluster, where one machine is not enough',
  devices: ['cuda', 'cpu'],
  threads: 1,
  ownProcess: false,
  options: z.object({
    ray_address: z
      .string()
      .nullable()
      .default(null)
      .describe("the cluster's dashboard; null: RAY_ADDRESS, else http://127.0.0.1:8265"),
    workers: z
      .int()
      .positive()
      .default(1)
      .describe('processes that train together, each with --threads CPUs, and a GPU on cuda'),
    verl: z
      .array(z.string())
      .default([])
      .meta({ placeholder: 'KEY=VALUE…' })
      .describe(
        'settings that VERL alone has, as it writes them; those typed as KEY=VALUE come here',
      ),
  }),
  byVerl: (recipe) => recipe !== 'bradley-terry' && isKnown(recipe),
  refusals({ recipe, options, code = [] }) {
    if (!isKnown(recipe)) return [`--engine: ray trains ${rayRecipes.join(', ')}, not ${recipe}`];
    return [
      ...(recipe === 'bradley-terry' ? [] : withoutVerl(recipe, options)),
      ...(Number(options.lora_r) > 0 ? ['--lora-r: a cluster trains all weights, no adapter'] : []),
      ...code.map(
        ({ use }) => `--${use}: code of your own is TypeScript, which a cluster does not run`,
      ),
    ];
  },
  /** Which cluster is asked depends on the job, and a plan needs none. */
  unavailable: () => Promise.resolve(undefined),
  async examine() {
    const { examineCluster } = await import('./ray/examine.ts');
    return examineCluster();
  },
  async *train(job, control) {
    const { trainOnRay } = await import('./ray/train-on-ray.ts');
    yield* trainOnRay(job, control);
  },
};

function isKnown(recipe: string): boolean {
  return rayRecipes.some((known) => known === recipe);
}

/** What VERL has no counterpart for. */
function withoutVerl(
  recipe: string,
  { eval_on_start, samples, mask_truncated_completions }: Job['options'],
): string[] {
  return [
    ...(recipe === 'sft' && eval_on_start === true
      ? ['--eval-on-start: VERL validates a fine-tuning after steps alone']
      : []),
    ...(Number(samples) > 0 ? ['--samples: VERL lets the model write nothing meanwhile'] : []),
    ...(mask_truncated_completions === true
      ? ['--mask-truncated-completions: VERL learns from every completion']
      : []),
  ];
}
