/**
 * Golden exchanges: each entry of test/golden/exchanges is a conversation of a client with a kernel whose
 * session follows a script. Order counts among the messages of a request, on each channel. A new case is
 * a new entry, not new code.
 */
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { AskChannel } from '../../../kernel/jupyter/connection.ts';
import { isIdle, openKernel, type Seen } from './fake-client.ts';
import type { Script } from './fake-session.ts';

/** Type, number of the request, and what the content has at least. */
type Line = [string, number, Record<string, unknown>?];

interface Exchange extends Script {
  name: string;
  requests: {
    channel?: AskChannel;
    type: string;
    content: Record<string, unknown>;
    /** Text of each buffer. */
    buffers?: string[];
    /** Asked only once the kernel has said this. */
    after?: string;
  }[];
  iopub: Line[];
  replies?: Line[];
  /** Input requests. */
  stdin?: Line[];
  /** What reached the session. */
  told?: Record<string, unknown>[];
}

for (const path of globSync(join(import.meta.dirname, '../../golden/exchanges/*.yaml'))) {
  describe(basename(path, '.yaml'), () => {
    test.each(parse(readFileSync(path, 'utf8')) as Exchange[])('$name', async (exchange) => {
      const client = openKernel(exchange);
      for (const { channel = 'shell', type, content, buffers = [], after } of exchange.requests) {
        if (after !== undefined)
          await client.until((seen) => seen.some((message) => message.type === after));
        client.ask(channel, type, content, { buffers: buffers.map((text) => Buffer.from(text)) });
      }
      await client.until((seen) => seen.filter(isIdle).length === exchange.requests.length);

      const { iopub, replies = [], stdin = [], told } = exchange;
      const { seen, session } = client;
      const said = (on: (message: Seen) => boolean): Line[] =>
        seen.filter((message) => message.of !== undefined && on(message)).map(lineOf);
      const shown = said((message) => message.channel === 'iopub' && !isStillBusy(message, seen));
      expect(byRequest(shown)).toMatchObject(byRequest(iopub));
      const answers = said(({ channel }) => channel === 'shell' || channel === 'control');
      expect(byRequest(answers)).toMatchObject(byRequest(replies));
      expect(said(({ channel }) => channel === 'stdin')).toMatchObject(stdin.map(whole));
      if (told) expect(session.told).toMatchObject(told);
    });
  });
}

function lineOf({ type, of = 0, content }: Seen): Line {
  return [type, of, content];
}

function whole([type, of, content = {}]: Line): Line {
  return [type, of, content];
}

/** Requests are answered beside each other; within one, order is promised. */
function byRequest(lines: readonly Line[]): Line[] {
  return lines.map(whole).sort(([, a], [, b]) => a - b);
}

/** Said again after a question that was answered while the cell ran. */
function isStillBusy(message: Seen, seen: readonly Seen[]): boolean {
  const first = seen.find(({ channel, of }) => channel === 'iopub' && of === message.of);
  return message.content['execution_state'] === 'busy' && message !== first;
}
