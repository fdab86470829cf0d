/** tslab's display calls, for cells that `import * as tslab from 'tslab'`. */
import { bridge } from './bridge.ts';
import { base64 } from './display.ts';
import type { MimeBundle } from './events.ts';

/** A display that can be shown again in its place. */
export interface TslabDisplay {
  html(text: string): void;
  javascript(text: string): void;
  json(value: unknown): void;
  markdown(text: string): void;
  latex(text: string): void;
  text(text: string): void;
  svg(text: string): void;
  png(bytes: Uint8Array): void;
  jpeg(bytes: Uint8Array): void;
  gif(bytes: Uint8Array): void;
  pdf(bytes: Uint8Array): void;
  raw(contentType: string, content: string | Uint8Array): void;
}

/** Shows each thing in a place of its own. */
export const display: TslabDisplay = callsOver((bundle) => void bridge().display.bundle(bundle));

/** Makes a place where each thing replaces the one before. */
export function newDisplay(): TslabDisplay {
  const id = `tslab-${crypto.randomUUID()}`;
  return callsOver((bundle) => void bridge().display.bundle(bundle, { id }));
}

export const versions = { node: process.versions.node };

function callsOver(show: (bundle: MimeBundle) => void): TslabDisplay {
  const as =
    (type: string, more?: MimeBundle) =>
    (text: unknown): void =>
      show({ [type]: text, ...more });
  const image = (type: string) => (bytes: Uint8Array) => show({ [type]: base64(bytes) });
  return {
    html: as('text/html'),
    javascript: as('text/javascript'),
    json: as('application/json'),
    markdown: as('text/markdown'),
    latex: as('text/latex'),
    text: as('text/plain'),
    svg: as('image/svg+xml'),
    png: image('image/png'),
    jpeg: image('image/jpeg'),
    gif: image('image/gif'),
    pdf: image('application/pdf'),
    raw: (type, content) =>
      show({ [type]: content instanceof Uint8Array ? base64(content) : content }),
  };
}
