/**
 * One figure in one place of the page: drawn again as it changes, one drawing at a time and always the
 * newest, as wide as its cell, in the theme's colours, and where the person zoomed to.
 */
import type { Figure } from '../../../../lib/display/figure.ts';
import { plotlyFigure } from '../../../../lib/display/plotly.ts';
import { loadPlotly, type Plotly } from './plotly.ts';
import { onThemeChange, themeOf } from './theme.ts';

export interface Drawing {
  /** Done when this figure or a newer one is drawn, or where the place is hidden: then it is drawn as it appears. */
  draw(figure: Figure): Promise<void>;
  /** Forgets the figure; the place may be used for something else. */
  clear(): void;
  close(): void;
}

export function createDrawing(node: HTMLElement): Drawing {
  let newest: Figure | undefined;
  let place: HTMLElement | undefined;
  let plotly: Plotly | undefined;
  let running: Promise<void> | undefined;
  let due = false;

  const openPlace = (): HTMLElement => {
    const opened = document.createElement('div');
    node.replaceChildren(opened);
    return opened;
  };
  const run = async (): Promise<void> => {
    try {
      plotly = await loadPlotly();
      while (due && newest !== undefined && node.clientWidth > 0) {
        due = false;
        place ??= openPlace();
        const { data, layout } = inThePage(newest, place);
        await plotly.react(place, data, layout, config);
      }
    } finally {
      running = undefined;
    }
  };
  const drawAgain = (): Promise<void> => {
    due = true;
    return (running ??= run());
  };
  const refresh = (): void => {
    if (newest !== undefined) drawAgain().catch(() => undefined); // What cannot be drawn was said when it came.
  };
  const resized = new ResizeObserver(() => {
    if (due || place?.clientWidth !== drawnWidth(place)) refresh(); // It may have been hidden.
  });
  resized.observe(node);
  const endOfTheme = onThemeChange(refresh);

  const clear = (): void => {
    newest = undefined;
    if (place) plotly?.purge(place);
    place?.remove();
    place = undefined;
  };
  return {
    draw(figure) {
      newest = figure;
      return drawAgain();
    },
    clear,
    close() {
      clear();
      resized.disconnect();
      endOfTheme();
    },
  };
}

/** Plotly's own buttons include one that hands the figure to a server. */
const modeBarButtons = [['toImage', 'zoom2d', 'pan2d', 'autoScale2d', 'resetScale2d']];
const config = { displaylogo: false, plotlyServerURL: '', modeBarButtons };

/** The same `uirevision` every time: a zoom stays as the figure changes. */
function inThePage(figure: Figure, place: HTMLElement): { data: object[]; layout: object } {
  const { whole, axis, curves } = themeOf(place);
  const { data, layout } = plotlyFigure(figure, { harmless: plainLine, curves });
  const themed = Object.entries(layout).map(([name, value]): [string, unknown] => [
    name,
    /^[xy]axis/.test(name) ? { ...axis, ...(value as object) } : value,
  ]);
  const width = place.clientWidth;
  const layoutHere = { width, hovermode: 'x', uirevision: 'kept', ...whole };
  place.dataset['width'] = String(width);
  return { data, layout: { ...layoutHere, ...Object.fromEntries(themed) } };
}

function drawnWidth(place: HTMLElement | undefined): number | undefined {
  return place && Number(place.dataset['width']);
}

function plainLine(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\p{Cc}\p{Bidi_Control}]/gu, '');
}
