/** A figure in all its forms. No HTML: it would win over the picture where a notebook is only read. */
import { chartText } from './braille.ts';
import { chartType, type MimeBundle } from './bundle.ts';
import { thinned, type Figure } from './figure.ts';
import { plotlyFigure } from './plotly.ts';
import { chartSvg } from './svg.ts';

const defaultWidth = 80;

export async function chartBundle(figure: Figure): Promise<MimeBundle> {
  const shown = thinned(figure);
  return {
    [chartType]: shown,
    'application/vnd.plotly.v1+json': plotlyFigure(shown),
    'image/svg+xml': await chartSvg(shown),
    'text/plain': chartText(shown, defaultWidth),
  };
}
