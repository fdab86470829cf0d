/** A language model of a folder, in a process of its own, to be asked for verdicts. */
import { readConfig } from '../model/config.ts';
import { loadEncoder } from '../text/encoder.ts';
import type { PlaceOptions } from '../worker/find-engine.ts';
import { LanguageModel } from '../worker/language-model.ts';
import type { JudgeModel } from './ask.ts';

export type JudgePlace = PlaceOptions;

/** Loads a causal model. */
export async function openJudge(
  folder: string,
  place: JudgePlace = {},
): Promise<JudgeModel & AsyncDisposable> {
  const writer = await LanguageModel.load(folder, place);
  const { model } = writer;
  const [config, text] = await Promise.all([readConfig(model), loadEncoder(model)]);
  return {
    text,
    positions: config.maxPositions,
    async generate(prompts, sampling) {
      const written = await writer.generate(
        prompts.map((ids) => ({ ids })),
        // A part of what is judged, which shows how far it is.
        { ...sampling, onProgress: () => undefined },
      );
      const { n } = sampling;
      return prompts.map((_, i) => written.slice(i * n, (i + 1) * n));
    },
    [Symbol.asyncDispose]: () => writer.close(),
  };
}
