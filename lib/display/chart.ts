/** A figure in all its forms. No HTML: it would win over the picture where a notebook is only read. */
import { chartText } from './braille.ts';
import { chartType, type MimeBundle } from './bundle.ts';
import { plainLine } from './escape.ts';
import { thinned, type Figure } from './figure.ts';
import { plotlyFigure } from './plotly.ts';
import { chartPng } from './png.ts';
import { chartSvg } from './svg.ts';

const defaultWidth = 80;

export interface Chart {
  data: MimeBundle;
  /** What a front end should know of the forms: the size to show the PNG at, which has more pixels. */
  metadata?: Record<string, unknown>;
}

/**
 * A figure that stays. Its PNG is for those who are shown no SVG: somebody else's notebook that is
 * opened and not yet trusted, GitHub.
 */
export async function finalChart(figure: Figure): Promise<Chart> {
  const data = await chartBundle(figure);
  const png = await chartPng(data['image/svg+xml'] as string);
  if (png === undefined) return { data };
  const { bytes, width, height } = png;
  return {
    data: { ...data, 'image/png': bytes.toString('base64') },
    metadata: { 'image/png': { width, height } },
  };
}

/** A figure that will change: without the PNG, which takes the time of several others. */
export async function chartBundle(figure: Figure): Promise<MimeBundle> {
  const shown = thinned(figure);
  return {
    [chartType]: shown,
    'application/vnd.plotly.v1+json': plotlyFigure(shown, { harmless: plainLine }),
    'image/svg+xml': await chartSvg(shown),
    'text/plain': chartText(shown, defaultWidth),
  };
}
