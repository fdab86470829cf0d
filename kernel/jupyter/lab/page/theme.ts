/** JupyterLab's colours as plotly's layout, and a word when the person changes the theme. */
import { colours } from '../../../../lib/display/figure.ts';

/** Of Okabe and Ito's colours those that are seen on black, in the same order. */
const onDark = ['#56B4E9', '#E69F00', '#009E73', '#CC79A7'] as const;

export interface Theme {
  whole: Record<string, unknown>;
  axis: Record<string, unknown>;
  curves: readonly string[];
}

export function themeOf(node: Element): Theme {
  const style = getComputedStyle(node);
  const colour = (name: string, otherwise: string): string =>
    style.getPropertyValue(name).trim() || otherwise;
  const text = colour('--jp-content-font-color1', '#222');
  const faint = colour('--jp-border-color2', '#ddd');
  const ground = colour('--jp-layout-color1', '#fff');
  const clear = 'rgba(0,0,0,0)';
  return {
    whole: {
      paper_bgcolor: clear,
      plot_bgcolor: clear,
      font: { color: text, family: colour('--jp-ui-font-family', 'sans-serif'), size: 12 },
      hoverlabel: { bgcolor: ground, bordercolor: faint, font: { color: text } },
      modebar: { bgcolor: clear, color: '#888', activecolor: '#2a8fe0' }, // Plotly keeps the first.
    },
    axis: { gridcolor: faint, zerolinecolor: faint, linecolor: faint, tickcolor: faint },
    curves: document.body.dataset['jpThemeLight'] === 'false' ? onDark : colours,
  };
}

/** Returns what ends the watching. While JupyterLab changes its theme it hides everything for a frame. */
export function onThemeChange(changed: () => void): () => void {
  const afterTwoFrames = (): number =>
    requestAnimationFrame(() => requestAnimationFrame(() => changed()));
  const observer = new MutationObserver(afterTwoFrames);
  observer.observe(document.body, {
    attributes: true,
    attributeFilter: ['data-jp-theme-light', 'data-jp-theme-name'],
  });
  return () => observer.disconnect();
}
