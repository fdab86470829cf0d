/**
 * The live picture of a run in a cell: a progress line, a figure, and the last completions where the run
 * shows some, all changing in their place.
 */
import { chartBundle, finalChart, type Chart } from '../../lib/display/chart.ts';
import type { Figure } from '../../lib/display/figure.ts';
import { progressBundle, type Progress } from '../../lib/display/progress.ts';
import { samplesBundle } from '../../lib/display/samples.ts';
import type { TrainEvent } from '../../lib/train/job.ts';
import type { MagicCall } from './magic.ts';

/** Least time between two pictures, in milliseconds. */
const redrawMs = 350;
/** A figure must not take the processor from the training: it rests this many times what it took. */
const rest = 8;
const longestRestMs = 2000;
/** Completions are to be read. */
const readingMs = 2000;

const liveChart = async (figure: Figure): Promise<Chart> => ({ data: await chartBundle(figure) });

export interface RunView {
  /** Draws what is due: the progress line, and the figure if it has values and has rested. */
  draw(progress: Progress): Promise<void>;
  /** Draws an event's completions, if it has any and the last ones stood long enough to be read. */
  samples(event: TrainEvent): void;
  /** Draws both as they end; returns the figure as SVG, or undefined where there was nothing to draw. */
  finish(progress: Progress): Promise<string | undefined>;
}

export function createRunView(
  call: Pick<MagicCall, 'display'>,
  figure: () => Figure,
  now: () => number,
): RunView {
  let lineId: string | undefined;
  let figureId: string | undefined;
  let samplesId: string | undefined;
  let [lineDue, figureDue, samplesDue] = [-Infinity, -Infinity, -Infinity];
  const drawLine = (progress: Progress): void => {
    lineId = call.display(progressBundle(progress), lineId === undefined ? {} : { id: lineId });
  };
  const drawFigure = async (
    chartOf: (figure: Figure) => Promise<Chart>,
  ): Promise<string | undefined> => {
    const shown = figure();
    if (shown.panels.length === 0) return undefined;
    const { data, metadata } = await chartOf(shown);
    figureId = call.display(data, {
      ...(figureId !== undefined && { id: figureId }),
      ...(metadata && { metadata }),
    });
    return data['image/svg+xml'] as string;
  };
  return {
    async draw(progress) {
      const started = now();
      if (started < lineDue) return;
      drawLine(progress);
      lineDue = started + redrawMs;
      if (started < figureDue || (await drawFigure(liveChart)) === undefined) return;
      const took = now() - started;
      figureDue = started + Math.min(longestRestMs, Math.max(redrawMs, rest * took));
    },
    samples(event) {
      if (event.type !== 'step' && event.type !== 'validation') return;
      const validation = event.type === 'validation';
      if (!event.samples?.length || (now() < samplesDue && !validation)) return;
      const title = `${validation ? 'validation after' : 'written at'} step ${event.step}`;
      const bundle = samplesBundle(event.samples, title);
      samplesId = call.display(bundle, samplesId === undefined ? {} : { id: samplesId });
      samplesDue = now() + readingMs;
    },
    finish(progress) {
      drawLine(progress);
      return drawFigure(finalChart);
    },
  };
}
