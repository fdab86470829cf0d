/**
 * What a download tells the person: how far it is, as plain data, and where that is shown. Whoever runs code
 * with a place to show it says so here; otherwise it is a line on standard error, on a terminal only.
 */
import { duration } from '../duration.ts';
import { isOn } from './settings.ts';

export interface DownloadProgress {
  /** Which download this is, among several at once. */
  id: string;
  /** The repository. */
  of: string;
  /** The file that came on last. */
  file: string;
  files: { done: number; all: number };
  /** Bytes that are there, and of all files together. */
  bytes: number;
  total: number;
  /** Undefined until there is something to tell it by. */
  bytesPerSecond?: number;
  /** It is over; `failed` where not all came. */
  end?: 'done' | 'failed';
}

export interface HubListener {
  progress: (progress: DownloadProgress) => void;
  /** A sentence that the person should read. */
  notice: (sentence: string) => void;
}

const key = Symbol.for('rewardlab.hub');

/** From now on downloads are shown here. */
export function showDownloads(listener: HubListener): void {
  Object.defineProperty(globalThis, key, { value: listener, configurable: true, writable: true });
}

export function hubListener(): HubListener {
  return (Reflect.get(globalThis, key) as HubListener | undefined) ?? onTerminal(process.stderr);
}

/** A line that changes in place, and is gone once all is there. */
export function onTerminal(stream: NodeJS.WriteStream): HubListener {
  const drawing = stream.isTTY && !isOn(process.env['HF_HUB_DISABLE_PROGRESS_BARS']);
  return {
    progress(progress) {
      if (!drawing) return;
      const text = progress.end ? '' : downloadText(progress).slice(0, (stream.columns || 80) - 1);
      stream.write(`\r\u001b[K${text}`);
    },
    notice: (sentence) => void stream.write(`${sentence}\n`),
  };
}

/** `ORG/NAME: model.safetensors (2 of 9 files), 120 MB of 1.2 GB, 45 MB/s, 24 s left`. */
export function downloadText(progress: DownloadProgress): string {
  const { of, file, files, bytes, total, bytesPerSecond, end } = progress;
  if (end === 'done') return `${of}: ${counted(files.all)}, ${bytesText(total)}`;
  const left =
    bytesPerSecond === undefined
      ? []
      : [`${bytesText(bytesPerSecond)}/s`, `${duration((total - bytes) / bytesPerSecond)} left`];
  const parts = [`${bytesText(bytes)} of ${bytesText(total)}`, ...(end ? ['ended'] : left)];
  return `${of}: ${file} (${files.done} of ${counted(files.all)}), ${parts.join(', ')}`;
}

/** Decimal units, as the hub's own pages have them. */
export function bytesText(bytes: number): string {
  const units = [bytes === 1 ? 'byte' : 'bytes', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];
  let [value, unit] = [bytes, 0];
  for (; value >= 999.5 && unit < units.length - 1; unit++) value /= 1000;
  const digits = unit === 0 || value >= 99.5 ? 0 : 1;
  return `${value.toFixed(digits)} ${units[unit]!}`;
}

function counted(files: number): string {
  return files === 1 ? '1 file' : `${files} files`;
}
