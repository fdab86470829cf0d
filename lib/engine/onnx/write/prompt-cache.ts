/**
 * Keys and values of prompts, each kept once for all the sequences that a thread writes after it. Keys lie
 * transposed, as the product that asks them reads them. Prompts in use are the first ones.
 */
import { Tensor } from 'onnxruntime-node';
import type { Step, Value } from '../../../graph/executor.ts';
import type { Tensors } from '../sessions.ts';
import type { Where } from './cache.ts';

const granule = 64;

/** A prompt in the cache. */
export interface HeldPrompt {
  /** Changes as others leave. */
  slot: number;
  readonly tokens: number;
  /** Who needs it. */
  users: number;
}

export interface PromptCache {
  /** Places of a prompt. */
  readonly places: number;
  /** Takes over a prompt, some tokens of [heads, T, width] of every layer, for its first user. */
  hold(read: Readonly<Record<string, Value>>, where: Where): HeldPrompt;
  /** One user less; without users it is gone. */
  leave(prompt: HeldPrompt): void;
  /** The prompts in use as the step's inputs. */
  tensors(): Tensors;
}

interface Layer {
  keys: Float32Array;
  values: Float32Array;
}

export function createPromptCache(step: Pick<Step, 'layers' | 'heads' | 'width'>): PromptCache {
  const { layers, heads, width } = step;
  const held: HeldPrompt[] = [];
  let places = 0;
  let room = 0;
  let stored: Layer[] = [];
  let views: { prompts: number; tensors: Tensors } | undefined;
  const size = (): number => heads * width * places;

  /** Makes room for so many prompts of the longest one's length. */
  const fit = (): void => {
    const longest = Math.max(1, ...held.map(({ tokens }) => tokens));
    const next = Math.ceil(longest / granule) * granule;
    if (next === places && held.length <= room) return;
    const [before, had, kept] = [stored, places, Math.min(held.length, room)];
    places = next;
    room = Math.max(room, held.length);
    views = undefined;
    stored = Array.from({ length: layers }, () => ({
      keys: new Float32Array(room * size()),
      values: new Float32Array(room * size()),
    }));
    stored.forEach((layer, l) => {
      if (before[l]) copyPrompts(before[l], layer, { kept, heads, width, had, places });
    });
  };

  return {
    get places() {
      return places;
    },
    hold(read, { from, tokens }) {
      const prompt = { slot: held.length, tokens, users: 1 };
      held.push(prompt);
      fit();
      stored.forEach(({ keys, values }, l) => {
        const [ownKeys, ownValues] = [read[`keys.${l}`]!, read[`values.${l}`]!];
        const all = ownKeys.shape[1]!;
        for (let head = 0; head < heads; head++) {
          const part = (data: Value['data']): Float32Array => {
            const start = (head * all + from) * width;
            return (data as Float32Array).subarray(start, start + tokens * width);
          };
          const at = (prompt.slot * heads + head) * width * places;
          values.set(part(ownValues.data), at);
          transpose(part(ownKeys.data), width, keys.subarray(at), places);
        }
      });
      return prompt;
    },
    leave(prompt) {
      if (--prompt.users > 0) return;
      const last = held.pop()!;
      if (last === prompt) return;
      for (const { keys, values } of stored)
        for (const flat of [keys, values])
          flat.copyWithin(prompt.slot * size(), last.slot * size(), (last.slot + 1) * size());
      last.slot = prompt.slot;
      held[last.slot] = last;
    },
    tensors() {
      fit();
      const prompts = held.length;
      if (views?.prompts === prompts) return views.tensors;
      const tensors: Tensors = {};
      stored.forEach(({ keys, values }, l) => {
        const used = (flat: Float32Array): Float32Array => flat.subarray(0, prompts * size());
        const keysShape = [prompts, heads, width, places];
        const valuesShape = [prompts, heads, places, width];
        tensors[`prompts.keys.${l}`] = new Tensor('float32', used(keys), keysShape);
        tensors[`prompts.values.${l}`] = new Tensor('float32', used(values), valuesShape);
      });
      views = { prompts, tensors };
      return tensors;
    },
  };
}

/** Rows [n, width] to columns of [width, places]. */
function transpose(rows: Float32Array, width: number, onto: Float32Array, places: number): void {
  for (let i = 0, from = 0; from < rows.length; i++)
    for (let w = 0; w < width; w++) onto[w * places + i] = rows[from++]!;
}

interface Copy {
  kept: number;
  heads: number;
  width: number;
  had: number;
  places: number;
}

/** The first prompts from rows of `had` places to rows of `places`. */
function copyPrompts(from: Layer, to: Layer, { kept, heads, width, had, places }: Copy): void {
  const both = Math.min(had, places);
  for (let head = 0; head < kept * heads; head++) {
    const [old, own] = [head * width * had, head * width * places];
    to.values.set(from.values.subarray(old, old + both * width), own);
    for (let w = 0; w < width; w++) {
      const row = old + w * had;
      to.keys.set(from.keys.subarray(row, row + both), own + w * places);
    }
  }
}
