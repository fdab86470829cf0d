/**
 * A figure as PNG, made of its SVG by resvg, which is loaded when the first is made. Its font comes
 * with this package, and those of the machine are left out: the same figure has the same letters everywhere.
 */
import { createRequire } from 'node:module';
import type { ResvgRenderOptions } from '@resvg/resvg-js';

/** Pixels of the picture to one of the SVG: twice is sharp on the screens of today. */
const scales = [2, 1.5, 1] as const;
/** A notebook keeps the picture as text; a picture of more bytes than this is made at the next scale. */
const mostBytes = 150_000;

const [fontFamily, fontFile] = [
  'Didact Gothic',
  '@expo-google-fonts/didact-gothic/400Regular/DidactGothic_400Regular.ttf',
];

export interface Png {
  bytes: Buffer;
  /** The size to show it at, in pixels of the SVG. */
  width: number;
  height: number;
}

/** Undefined, after one warning, where resvg has no binary for this machine. */
export async function chartPng(svg: string): Promise<Png | undefined> {
  try {
    let png = await render(svg, scales[0]);
    for (const scale of scales.slice(1))
      if (png.bytes.length > mostBytes) png = await render(svg, scale);
    return png;
  } catch (error) {
    warnOnce(error as Error);
    return undefined;
  }
}

async function render(svg: string, scale: number): Promise<Png> {
  const { renderAsync } = await import('@resvg/resvg-js');
  const image = await renderAsync(svg, renderOptions(scale));
  const inSvg = (pixels: number): number => Math.round(pixels / scale);
  return { bytes: image.asPng(), width: inSvg(image.width), height: inSvg(image.height) };
}

function renderOptions(scale: number): ResvgRenderOptions {
  return {
    fitTo: { mode: 'zoom', value: scale },
    font: {
      loadSystemFonts: false,
      fontFiles: [createRequire(import.meta.url).resolve(fontFile)],
      defaultFontFamily: fontFamily,
      sansSerifFamily: fontFamily,
    },
  };
}

let warned = false;

/** A figure goes on without its PNG; the reason is told once, or every run would tell it. */
function warnOnce(error: Error): void {
  if (warned) return;
  warned = true;
  const reason = error.message.split('\n')[0] ?? '';
  process.emitWarning(
    `figures have no image/png on this machine: ${reason}; they are shown as SVG and text`,
    { code: 'REWARDLAB_NO_PNG' },
  );
}
