/** The tensors of a low-rank adapter: their names beside those of the base, and what is trained of all. */
import type { Merge } from '../graph/executor.ts';
import { scaleOf, targetModules, type LowRank, type TargetModule } from './adapter-config.ts';
import type { ModelConfig } from './config.ts';
import { expectedShapes } from './shapes.ts';

/** The model without its adapter. */
export function withoutAdapter(config: ModelConfig): ModelConfig {
  const { adapter, ...base } = config;
  return adapter ? base : config;
}

/** A model of this folder with an adapter that is yet to be made. */
export function withAdapter(config: ModelConfig, adapter: LowRank, base: string): ModelConfig {
  return { ...config, adapter: { ...adapter, base } };
}

/** A of a projection [r, in], and B [out, r], by the name of the projection. */
export function lowRankNames(projection: string): { down: string; up: string } {
  return { down: `${projection}.lora_A.weight`, up: `${projection}.lora_B.weight` };
}

/** Every tensor of the model's adapter, the score head apart: name to shape. */
export function adapterShapes(config: ModelConfig): Map<string, readonly number[]> {
  const { r } = config.adapter ?? { r: 0 };
  return new Map(
    adapted(config).flatMap(({ projection, shape: [out, width] }) => {
      const { down, up } = lowRankNames(projection);
      return [[down, [r, width!]] as const, [up, [out!, r]] as const];
    }),
  );
}

/** What a graph over merged weights is to be told; none where there is no adapter. */
export function mergesOf(config: ModelConfig): Merge[] {
  return adapted(config).map(({ projection }) => ({
    weight: `${projection}.weight`,
    ...lowRankNames(projection),
    scale: scaleOf(config.adapter!),
  }));
}

/** Of a model with an adapter: the adapter, and the score head in full, as peft's `modules_to_save` has it. */
export function isTrained(name: string): boolean {
  return name === 'score.weight' || /\.lora_[AB]\.weight$/.test(name);
}

/** The names of these that are trained; undefined: all of them. */
export function trainedOf(
  { adapter }: ModelConfig,
  names: Iterable<string>,
): Set<string> | undefined {
  return adapter && new Set([...names].filter(isTrained));
}

/** Which of the projections that an adapter may have a part in this model has. */
export function modulesOf(config: ModelConfig): TargetModule[] {
  const there = new Set(projectionsOf(config).map(({ module }) => module));
  return targetModules.filter((name) => there.has(name));
}

interface LinearWeight {
  /** Its name, and the last word of it. */
  projection: string;
  module: string;
  shape: readonly number[];
}

function adapted(config: ModelConfig): LinearWeight[] {
  const targets: readonly string[] = config.adapter?.targets ?? [];
  return projectionsOf(config).filter(({ module }) => targets.includes(module));
}

function projectionsOf(config: ModelConfig): LinearWeight[] {
  return [...expectedShapes(config, 'causal')].flatMap(([name, shape]) => {
    const [, projection, module] = /^(.*\.(\w+_proj))\.weight$/.exec(name) ?? [];
    return projection === undefined ? [] : [{ projection, module: module!, shape }];
  });
}
