/** The few things of JupyterLab that are used here, as types; JupyterLab itself is never imported. */

export interface Widget {
  readonly node: HTMLElement;
  addClass(name: string): void;
  readonly disposed: { connect(slot: () => void): boolean };
}

export interface MimeModel {
  /** Every form of the output that came with it. */
  readonly data: Readonly<Record<string, unknown>>;
}

export interface MimeExtension {
  id: string;
  description: string;
  rendererFactory: {
    safe: boolean;
    mimeTypes: readonly string[];
    createRenderer: () => Widget;
  };
  /** The lowest of those that have a form of an output shows it. */
  rank: number;
  dataType: 'json';
}
