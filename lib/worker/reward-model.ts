/** A trained reward model, loaded in a process of its own, to be asked for rewards. */
import type { Scorable } from '../engine/served-model.ts';
import { resolveModel } from '../model/hub.ts';
import type { ChatMessage } from '../text/encoder.ts';
import { trainingOptions } from '../train/options.ts';
import { placeOf, type PlaceOptions } from './find-engine.ts';
import { startServed } from './served.ts';

export type { Scorable } from '../engine/served-model.ts';

export interface LoadModelOptions extends PlaceOptions {
  /** Tokens that one conversation may have; a longer one loses its beginning. */
  maxLength?: number;
}

export interface RewardModel extends AsyncDisposable {
  readonly model: string;
  /** One reward an item, in their order: texts, conversations, `{ messages }` or `{ ids }`. */
  score(items: Scorable | readonly Scorable[]): Promise<number[]>;
  /** Ends its process. */
  close(): Promise<void>;
}

export const RewardModel = {
  /** Loads a model folder, or `ORG/NAME[@REVISION]` of the hub. Throws a `UserError` where it holds no reward model. */
  load: loadRewardModel,
};

async function loadRewardModel(
  folder: string,
  options: LoadModelOptions = {},
): Promise<RewardModel> {
  const place = placeOf(options);
  const model = await resolveModel(folder);
  const { max_length, micro_batch_tokens: microBatchTokens } = trainingOptions.parse({});
  const { maxLength = max_length } = options;
  const serve = { maxLength, microBatchTokens, truncation: 'left' as const };
  const request = { model, ...place, options: serve };
  const served = await startServed({ type: 'serve', request });
  return {
    model,
    async score(items) {
      const answer = await served.ask({ type: 'score', items: listOf(items) });
      return answer.type === 'scores' ? answer.rewards : [];
    },
    close: served.close,
    [Symbol.asyncDispose]: served.close,
  };
}

/** A lone text or conversation counts as a list of one. */
function listOf(items: Scorable | readonly Scorable[]): readonly Scorable[] {
  if (!Array.isArray(items)) return [items as Scorable];
  const list = items as readonly (Scorable | ChatMessage)[];
  const [first] = list;
  const conversation = typeof first === 'object' && 'role' in first;
  return conversation ? [list as readonly ChatMessage[]] : (list as readonly Scorable[]);
}
