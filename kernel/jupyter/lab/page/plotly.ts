/** plotly.js, which lies beside these files and is loaded by the first figure that is drawn. */

export interface Plotly {
  /** Draws, or changes what is drawn there. */
  react(place: HTMLElement, data: object[], layout: object, config: object): Promise<unknown>;
  purge(place: HTMLElement): void;
}

let loading: Promise<Plotly> | undefined;

export function loadPlotly(): Promise<Plotly> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined; // The next figure asks again.
    throw error;
  });
  return loading;
}

async function load(): Promise<Plotly> {
  const { href } = new URL(plotlyFile, import.meta.url);
  return ((await import(href)) as { plotly: Plotly }).plotly;
}

/** From this file's place among the extension's; `extension.ts` puts it there. */
const plotlyFile = '../../../../plotly.js';
