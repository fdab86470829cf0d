/** How a download looks on a terminal, and that a pipe stays quiet. */
import { PassThrough } from 'node:stream';
import { afterEach, expect, test, vi } from 'vitest';
import {
  bytesText,
  downloadText,
  onTerminal,
  type DownloadProgress,
} from '../../../lib/hub/events.ts';

const progress: DownloadProgress = {
  id: '1',
  of: 'Qwen/Qwen3-0.6B',
  file: 'model.safetensors',
  files: { done: 2, all: 6 },
  bytes: 120e6,
  total: 1.2e9,
  bytesPerSecond: 45e6,
};

afterEach(() => vi.unstubAllEnvs());

function drawn(isTTY: boolean, columns = 200): string {
  const stream = Object.assign(new PassThrough(), { isTTY, columns });
  const { progress: draw, notice } = onTerminal(stream as unknown as NodeJS.WriteStream);
  draw(progress);
  draw({ ...progress, end: 'done' });
  notice('a sentence');
  return String(stream.read());
}

test('one line that goes when all is there', () => {
  expect(drawn(true)).toBe(`\r\u001b[K${downloadText(progress)}\r\u001b[Ka sentence\n`);
  expect(drawn(true, 20)).toContain('\r\u001b[KQwen/Qwen3-0.6B: mo\r');
});

test('a pipe has sentences alone', () => {
  expect(drawn(false)).toBe('a sentence\n');
  vi.stubEnv('HF_HUB_DISABLE_PROGRESS_BARS', '1');
  expect(drawn(true)).toBe('a sentence\n');
});

test('file, bytes, rate, time left', () => {
  const early = { ...progress };
  delete early.bytesPerSecond;
  expect(downloadText(progress)).toBe(
    'Qwen/Qwen3-0.6B: model.safetensors (2 of 6 files), 120 MB of 1.2 GB, 45.0 MB/s, 24 s left',
  );
  expect(downloadText(early)).toBe(
    'Qwen/Qwen3-0.6B: model.safetensors (2 of 6 files), 120 MB of 1.2 GB',
  );
  expect(downloadText({ ...progress, end: 'done' })).toBe('Qwen/Qwen3-0.6B: 6 files, 1.2 GB');
  expect(downloadText({ ...progress, files: { done: 0, all: 1 }, end: 'failed' })).toBe(
    'Qwen/Qwen3-0.6B: model.safetensors (0 of 1 file), 120 MB of 1.2 GB, ended',
  );
});

test.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [998, '998 bytes'],
  [1500, '1.5 kB'],
  [99_960, '100 kB'],
  [999_600, '1.0 MB'],
  [3e21, '3000 EB'],
])('%i bytes are %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});
