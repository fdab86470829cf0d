/** A policy that writes what it is told to, and remembers what it was asked. */
import type { Completion, Policy, Sampling } from '../../../../lib/recipe/recipe.ts';
import type { TextEncoder } from '../../../../lib/text/encoder.ts';

export interface FakePolicy extends Policy {
  readonly asked: { prompts: readonly (readonly number[])[]; sampling: Sampling }[];
  readonly measured: { which: string; temperature: number | undefined; targets: number[][] }[];
}

/** `write` says the text of completion j of prompt i in the k-th rollout. */
export function fakePolicy(
  text: TextEncoder,
  write: (i: number, j: number, k: number) => string,
): FakePolicy {
  const asked: FakePolicy['asked'] = [];
  const measured: FakePolicy['measured'] = [];
  const end = text.special.eos!;
  return {
    asked,
    measured,
    generate(prompts, sampling) {
      const k = asked.push({ prompts, sampling }) - 1;
      const complete = (i: number, j: number): Completion => {
        const written = write(i, j, k);
        const ids = [...text.encode(written), end].slice(0, sampling.maxTokens);
        const finish = ids.at(-1) === end ? 'stop' : 'length';
        return { ids, logProbs: ids.map(() => -1), text: written, finish };
      };
      return Promise.resolve(
        prompts.map((_, i) => Array.from({ length: sampling.n }, (_, j) => complete(i, j))),
      );
    },
    logProbs(examples, which, temperature) {
      const targets = examples.map(({ data }) => [...data.targets!]);
      measured.push({ which, temperature, targets });
      const value = which === 'current' ? -1 : -1.5;
      return Promise.resolve(targets.map((list) => Float32Array.from(list, () => value)));
    },
  };
}
