/** `display` in a cell: shows a value or one MIME type, and gives a handle that can replace it. */
import type { Metadata, MimeBundle } from './events.ts';
import { figuresBundle, figuresType, recordedBy, type Figures, type Limits } from './figures.ts';
import { bundleOf, inspectValue } from './output.ts';
import type { Voice } from './voice.ts';

/** A place in the notebook's output. */
export interface DisplayHandle {
  readonly id: string;
  /** Replaces what is shown, from any cell. */
  update(value: unknown): void;
}

export interface DisplayOptions {
  /** Replaces the earlier display of this name, if there is one. */
  id?: string;
  metadata?: Metadata;
}

export interface FigureOptions extends DisplayOptions {
  /**
   * How far a figure may lie from the recorded one, in the figure's own unit, where numbers are summed in
   * another order (another processor, another onnxruntime); else it must be the same bits. For all of
   * them, or by name. Default 0.
   */
  within?: Limits;
}

export interface Display {
  (value: unknown, options?: DisplayOptions): DisplayHandle;
  html(html: string, options?: DisplayOptions): DisplayHandle;
  markdown(markdown: string, options?: DisplayOptions): DisplayHandle;
  json(value: unknown, options?: DisplayOptions): DisplayHandle;
  svg(svg: string, options?: DisplayOptions): DisplayHandle;
  /** Bytes, or base64 text. */
  png(image: Uint8Array | string, options?: DisplayOptions): DisplayHandle;
  /** A plotly figure: `data`, `layout`, `config`. */
  plotly(figure: object, options?: DisplayOptions): DisplayHandle;
  /** Numbers by name, recorded in the notebook for `rewardlab notebook verify` to compare. */
  figures(figures: Figures, options?: FigureOptions): DisplayHandle;
  /** A bundle of MIME types as it is. */
  bundle(data: MimeBundle, options?: DisplayOptions): DisplayHandle;
  /** Empties the cell's output, at once or when the next output comes. */
  clear(options?: { wait?: boolean }): void;
}

/** Marks a handle, which as a cell's last value would only say what is shown already. */
const alreadyShown = Symbol('shown');

export function isDisplayHandle(value: unknown): boolean {
  return typeof value === 'object' && value !== null && alreadyShown in value;
}

type Bundler = (value: unknown) => MimeBundle | Promise<MimeBundle>;

export function createDisplay(voice: Voice): Display {
  const shown = new Set<string>();

  const emit = (
    type: 'display' | 'update',
    id: string,
    bundle: MimeBundle,
    metadata?: Metadata,
  ): void => voice.emit({ type, id, data: bundle, ...(metadata && { metadata }) });

  /** Now where the bundle is at hand; else before the cell is done. */
  const send = (type: 'display' | 'update', id: string, value: unknown, how: How): void => {
    const bundle = how.bundler(value);
    if (!(bundle instanceof Promise)) emit(type, id, bundle, how.metadata);
    else voice.pending(bundle.then((late) => emit(type, id, late, how.metadata)));
  };

  const show = (value: unknown, bundler: Bundler, options: DisplayOptions = {}): DisplayHandle => {
    const id = options.id ?? crypto.randomUUID();
    const how: How = { bundler, ...(options.metadata && { metadata: options.metadata }) };
    send(shown.has(id) ? 'update' : 'display', id, value, how);
    shown.add(id);
    const handle: DisplayHandle = { id, update: (next) => send('update', id, next, how) };
    return Object.defineProperty(handle, alreadyShown, { value: true });
  };

  const as =
    (bundler: Bundler) =>
    (value: unknown, options?: DisplayOptions): DisplayHandle =>
      show(value, bundler, options);

  return Object.assign(as(bundleOf), {
    html: as((html) => ({ 'text/html': String(html), 'text/plain': '[HTML]' })),
    markdown: as((text) => ({ 'text/markdown': String(text), 'text/plain': String(text) })),
    json: as((value) => ({ 'application/json': value, 'text/plain': inspectValue(value) })),
    svg: as((svg) => ({ 'image/svg+xml': String(svg), 'text/plain': '[SVG image]' })),
    png: as((image) => ({ 'image/png': base64(image), 'text/plain': '[PNG image]' })),
    plotly: as((figure) => ({ [plotlyType]: figure, 'text/plain': '[plotly figure]' })),
    figures: (figures: Figures, { within = 0, ...options }: FigureOptions = {}) =>
      show(figures, (value) => figuresBundle(value as Figures), {
        ...options,
        metadata: { ...options.metadata, [figuresType]: recordedBy(figures, within) },
      }),
    bundle: as((data) => data as MimeBundle),
    clear: ({ wait = false } = {}) => voice.emit({ type: 'clear', wait }),
  });
}

interface How {
  bundler: Bundler;
  metadata?: Metadata;
}

const plotlyType = 'application/vnd.plotly.v1+json';

export function base64(image: unknown): string {
  return image instanceof Uint8Array ? Buffer.from(image).toString('base64') : String(image);
}
