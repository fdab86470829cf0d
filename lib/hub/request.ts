/** One question to the hub over HTTP: the token, patience with a silent server, another try where it is busy. */
import { setTimeout as wait } from 'node:timers/promises';
import type { HubRepo } from './name.ts';
import { networkRefusal, refusalOf, type Asked } from './refusal.ts';
import type { HubSettings } from './settings.ts';

export interface Asking {
  settings: HubSettings;
  signal?: AbortSignal | undefined;
}

export interface Question extends Asking {
  repo: HubRepo;
  /** The file that is asked for, for sentences. */
  file?: string;
  headers?: Record<string, string>;
}

/** The server's answer, whose body is yet to be read: `heard` with every part of it, and `end` after it. */
export interface Answer {
  response: Response;
  heard: () => void;
  end: () => void;
}

/**
 * Asks, and follows redirects; `fetch` leaves the token out where they lead to another host. Throws a
 * `UserError` for what is no success (but for 416), and where the network fails; rejects with the
 * signal's reason.
 */
export async function request(path: string, question: Question): Promise<Answer> {
  const { settings } = question;
  for (let attempt = 0; ; attempt++) {
    const answer = await once(path, question);
    const { response } = answer;
    if (response.ok || response.status === 416) return answer;
    answer.end();
    await response.body?.cancel();
    const busy = response.status === 429 || response.status >= 500;
    const pause = busy ? settings.pausesMs[attempt] : undefined;
    if (pause === undefined) throw refusalOf(response, asked(question));
    await pauseFor(pause, question.signal);
  }
}

/** Waits; rejects with the signal's reason. */
export async function pauseFor(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await wait(ms, undefined, signal && { signal }).catch(() => signal?.throwIfAborted());
}

/** A failure while a body was read, as a refusal; an abort stays what it is. */
export function brokenOff(cause: unknown, question: Question): unknown {
  if (question.signal?.aborted) return question.signal.reason;
  return networkRefusal(cause, asked(question));
}

async function once(path: string, question: Question): Promise<Answer> {
  const { settings, signal, headers } = question;
  signal?.throwIfAborted();
  const token = settings.token();
  const silence = new AbortController();
  const { patienceMs } = settings;
  const timer = setTimeout(() => {
    silence.abort(new Error(`no answer in ${patienceMs / 1000} s`));
  }, patienceMs);
  const end = (): void => clearTimeout(timer);
  try {
    const response = await fetch(`${settings.endpoint}${path}`, {
      signal: signal ? AbortSignal.any([signal, silence.signal]) : silence.signal,
      headers: {
        // Sizes and hashes are those of the bytes themselves.
        'accept-encoding': 'identity',
        ...headers,
        ...(token && { authorization: `Bearer ${token.text}` }),
      },
    });
    return { response, heard: () => timer.refresh(), end };
  } catch (cause) {
    end();
    throw brokenOff(cause, question);
  }
}

function asked({ repo, settings, file }: Question): Asked {
  return { repo, settings, token: settings.token(), ...(file !== undefined && { file }) };
}
