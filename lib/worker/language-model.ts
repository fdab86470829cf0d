/** A language model, loaded in a process of its own, to write and to be asked how likely a text is. */
import type { Continued, Promptable, TemplateValues } from '../engine/served-language-model.ts';
import type { WrittenToken } from '../generate/generator.ts';
import { checkSampling } from '../generate/options.ts';
import { resolveModel } from '../model/hub.ts';
import type { Completion, Sampling } from '../recipe/recipe.ts';
import { rowsWork } from '../rows-work.ts';
import type { ChatMessage } from '../text/encoder.ts';
import { placeOf, type PlaceOptions } from './find-engine.ts';
import { startServed, type Served } from './served.ts';

export type { Continued, Promptable } from '../engine/served-language-model.ts';

/** How to write; `checkSampling` has the defaults. */
export interface WriteOptions extends Partial<Sampling> {
  /** Values for the chat template, such as `{ enable_thinking: false }`. */
  template?: TemplateValues;
  /** Told every token as it is written. */
  onToken?: (token: WrittenToken) => void;
  /** Aborted: rejects at once; in a cell, an interrupt does the same. */
  signal?: AbortSignal;
  /** Told now and then how many of how many completions are written, in place of the person. */
  onProgress?: (done: number, completions: number) => void;
  /** The first prompt's number among others, which seeds its completions. */
  first?: number;
  /** What a prompt is called in refusals; 'prompt' if nothing is said. */
  called?: string;
}

/** A completion, of which prompt, and which of its completions. */
export interface Written extends Completion {
  prompt: number;
  sample: number;
}

export interface LanguageModel extends AsyncDisposable {
  /** Its folder. */
  readonly model: string;
  /** `n` completions of each prompt, in order: texts, conversations, `{ messages }` or `{ ids }`. */
  generate(prompts: Promptable | readonly Promptable[], options?: WriteOptions): Promise<Written[]>;
  /** The model's next turn in a conversation; a text is a turn of the user. */
  chat(messages: string | readonly ChatMessage[], options?: WriteOptions): Promise<Written>;
  /** The same turn as texts that come one after another; leaving the loop ends the writing. */
  stream(messages: string | readonly ChatMessage[], options?: WriteOptions): AsyncGenerator<string>;
  /** log p of every token of every completion, under its prompt. */
  logProbs(items: Continued | readonly Continued[], template?: TemplateValues): Promise<number[][]>;
  /** Ends its process. */
  close(): Promise<void>;
}

export const LanguageModel = {
  /** Loads a model folder, or `ORG/NAME[@REVISION]` of the hub. Throws a `UserError` where it holds no language model. */
  load: loadLanguageModel,
};

async function loadLanguageModel(
  folder: string,
  options: PlaceOptions = {},
): Promise<LanguageModel> {
  const place = placeOf(options);
  const model = await resolveModel(folder);
  const served = await startServed({ type: 'open', request: { model, ...place } });
  const generate: LanguageModel['generate'] = async (prompts, options = {}) => {
    const completions = await write(served, listOf(prompts), options);
    return completions.flatMap((samples, prompt) =>
      samples.map((completion, sample) => ({ ...completion, prompt, sample })),
    );
  };
  const chat: LanguageModel['chat'] = async (messages, options) => {
    const [written] = await generate({ messages: turnsOf(messages) }, { ...options, n: 1 });
    return written!;
  };
  return {
    ...{ model, generate, chat },
    stream: (messages, options = {}) =>
      texts((hooks) => chat(messages, { ...options, ...hooks }), options),
    async logProbs(items, template) {
      const list = Array.isArray(items) ? (items as readonly Continued[]) : [items as Continued];
      const question = {
        type: 'ask-log-probs',
        items: list,
        ...(template && { template }),
      } as const;
      const answer = await served.ask(question);
      return answer.type === 'log-probs' ? answer.logProbs : [];
    },
    close: served.close,
    [Symbol.asyncDispose]: served.close,
  };
}

async function write(
  served: Served,
  prompts: readonly Promptable[],
  options: WriteOptions,
): Promise<Completion[][]> {
  const { template, onToken, onProgress, signal, first, called, ...sampling } = options;
  const request = {
    ...{ prompts, sampling: checkSampling(sampling), tell: onToken !== undefined },
    options: {
      ...(template && { template }),
      ...(first !== undefined && { first }),
      ...(called !== undefined && { called }),
    },
  };
  using work = rowsWork('writing', { signal, onProgress }, 'completions');
  // Of one, its text tells.
  const report: typeof work.report = (done, all) => {
    if (all > 1) work.report(done, all);
  };
  const answer = await served.ask(
    { type: 'generate', ...request },
    {
      signal: work.signal,
      heard: (message) => {
        if (message.type === 'tokens') for (const token of message.tokens) onToken?.(token);
        if (message.type === 'writing') report(message.done, message.completions);
      },
    },
  );
  const completions = answer.type === 'completions' ? answer.completions : [];
  const all = completions.flat().length;
  report(all, all);
  return completions;
}

type Hooks = Required<Pick<WriteOptions, 'onToken' | 'signal'>>;

/** What is told as it is written, as a loop takes it. */
async function* texts(
  begin: (hooks: Hooks) => Promise<unknown>,
  { signal, onToken }: WriteOptions,
): AsyncGenerator<string> {
  const left = new AbortController();
  const pieces: string[] = [];
  const state: { over: boolean; wake?: () => void } = { over: false };
  const writing = begin({
    signal: AbortSignal.any([left.signal, ...(signal ? [signal] : [])]),
    onToken(token) {
      onToken?.(token);
      pieces.push(token.text);
      state.wake?.();
    },
  }).finally(() => {
    state.over = true;
    state.wake?.();
  });
  writing.catch(() => undefined);
  try {
    for (;;) {
      yield* pieces.splice(0).filter((piece) => piece !== '');
      if (pieces.length > 0) continue;
      if (state.over) break;

      await new Promise<void>((resolve) => {
        state.wake = resolve;
      });
    }
    await writing;
  } finally {
    left.abort();
  }
}

function turnsOf(messages: string | readonly ChatMessage[]): readonly ChatMessage[] {
  return typeof messages === 'string' ? [{ role: 'user', content: messages }] : messages;
}

/** A lone text or conversation counts as a list of one. */
function listOf(prompts: Promptable | readonly Promptable[]): readonly Promptable[] {
  if (!Array.isArray(prompts)) return [prompts as Promptable];
  const list = prompts as readonly (Promptable | ChatMessage)[];
  const [first] = list;
  const conversation = typeof first === 'object' && 'role' in first;
  return conversation ? [list as readonly ChatMessage[]] : (list as readonly Promptable[]);
}
