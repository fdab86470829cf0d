/** The live picture of a run in a cell: a progress line and a figure, both changing in their place. */
import { chartBundle } from '../../lib/display/chart.ts';
import { hasValues, type Figure } from '../../lib/display/figure.ts';
import { progressBundle, type Progress } from '../../lib/display/progress.ts';
import type { MagicCall } from './magic.ts';

/** Least time between two pictures, in milliseconds. */
const redrawMs = 350;
/** A figure must not take the processor from the training: it rests this many times what it took. */
const rest = 8;
const longestRestMs = 2000;

export interface RunView {
  /** Draws what is due: the progress line, and the figure if it has values and has rested. */
  draw(progress: Progress): Promise<void>;
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
  let [lineDue, figureDue] = [-Infinity, -Infinity];
  const drawLine = (progress: Progress): void => {
    lineId = call.display(progressBundle(progress), lineId === undefined ? {} : { id: lineId });
  };
  const drawFigure = async (): Promise<string | undefined> => {
    const shown = figure();
    if (!shown.panels.some(hasValues)) return undefined;
    const bundle = await chartBundle(shown);
    figureId = call.display(bundle, figureId === undefined ? {} : { id: figureId });
    return bundle['image/svg+xml'] as string;
  };
  return {
    async draw(progress) {
      const started = now();
      if (started < lineDue) return;
      drawLine(progress);
      lineDue = started + redrawMs;
      if (started < figureDue || (await drawFigure()) === undefined) return;
      const took = now() - started;
      figureDue = started + Math.min(longestRestMs, Math.max(redrawMs, rest * took));
    },
    finish(progress) {
      drawLine(progress);
      return drawFigure();
    },
  };
}
