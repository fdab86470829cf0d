/** The curves of a resumed run from before this process: its folder has kept them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrainEvent } from '../train/job.ts';
import { addToCurves, noCurves, type Curves } from './training-figure.ts';

/** Reads a run folder's `metrics.jsonl` up to and without step `before`; no file means no curves. */
export async function earlierCurves(folder: string, before: number): Promise<Curves> {
  const curves = noCurves();
  const text = await readFile(join(folder, 'metrics.jsonl'), 'utf8').catch(() => '');
  for (const line of text.split('\n')) {
    const event = eventOf(line);
    if (event && 'step' in event && event.step < before) addToCurves(curves, event);
  }
  return curves;
}

/** Undefined for an empty line, and for a last one that was only half written. */
function eventOf(line: string): TrainEvent | undefined {
  try {
    return JSON.parse(line) as TrainEvent;
  } catch {
    return undefined;
  }
}
