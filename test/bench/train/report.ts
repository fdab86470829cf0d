/** What was measured, as a table. */
import { cpus, loadavg } from 'node:os';
import type { Measured } from './trl.ts';

/** The fastest of several runs of one peer, with the earliest of their first steps. */
export function best(runs: readonly Measured[]): Measured[] {
  const [fastest] = [...runs].sort((a, b) => (b.tokens ?? 0) - (a.tokens ?? 0));
  const first = runs.flatMap(({ firstStep }) => firstStep ?? []);
  return fastest
    ? [{ ...fastest, ...(first.length > 0 && { firstStep: Math.min(...first) }) }]
    : [];
}

/** A Markdown table; each is compared with the first. */
export function report(results: readonly Measured[]): void {
  const [own] = results;
  const load = loadavg()
    .map((value) => value.toFixed(1))
    .join(' ');
  console.log(
    `${cpus()[0]?.model}, ${cpus().length} threads, load ${load}, Node ${process.version}\n`,
  );
  console.log(
    '| | pairs/s | tokens/s | first step s | peak MiB | rewardlab is |\n|---|---|---|---|---|---|',
  );
  for (const { name, pairs, tokens, firstStep: first, peakMiB } of results) {
    const cells = [pairs?.toFixed(2), tokens?.toFixed(0), first?.toFixed(2), peakMiB?.toFixed(0)];
    const ratio = tokens && own?.tokens ? `${(own.tokens / tokens).toFixed(2)}x` : undefined;
    console.log(`| ${[name, ...cells, ratio].map((cell) => cell ?? '–').join(' | ')} |`);
  }
}
