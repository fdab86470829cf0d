/**
 * One request over node:http. Node's fetch marks what it sends with Sec-Fetch-Mode, and Ray takes that for a
 * browser's, from which it accepts nothing but GET.
 */
import { request as plain } from 'node:http';
import { request as secure } from 'node:https';
import { text } from 'node:stream/consumers';

export interface Asked {
  method?: 'GET' | 'POST' | 'PUT';
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
}

export interface Answer {
  status: number;
  text: string;
}

/** Milliseconds without a byte after which nobody answers. */
const patience = 60_000;

/** Rejects with the system's error where nothing answers. */
export function send(url: string, { method = 'GET', headers = {}, body }: Asked): Promise<Answer> {
  const open = url.startsWith('https:') ? secure : plain;
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const request = open(url, { method, headers: { ...headers, ...length }, timeout: patience });
    request.on('timeout', () => request.destroy(new Error(`no answer in ${patience / 1000} s`)));
    request.on('error', reject);
    request.on('response', (response) => {
      text(response).then(
        (found) => resolve({ status: response.statusCode ?? 0, text: found }),
        reject,
      );
    });
    request.end(body);
  });
}
