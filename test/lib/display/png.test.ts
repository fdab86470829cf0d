/** Figures as PNG: what is on them, and what happens where they cannot be made. */
import { execFileSync } from 'node:child_process';
import { inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { chartPng } from '../../../lib/display/png.ts';
import { ownModule } from '../../../lib/own-process.ts';

const svg = (content: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="100" height="40"><rect width="100" height="40" fill="white"/>${content}</svg>`;
const text = svg('<text x="5" y="25" font-family="sans-serif">loss β Ж</text>');

test('text is drawn, with the same bytes every time', async () => {
  const [blank, first, second] = [
    await chartPng(svg('')),
    await chartPng(text),
    await chartPng(text),
  ];
  expect(first).toMatchObject({ width: 100, height: 40 });
  expect(first!.bytes.equals(second!.bytes)).toBe(true);
  const inked = pixels(first!.bytes).filter((value, i) => value !== pixels(blank!.bytes)[i]).length;
  expect(inked).toBeGreaterThan(500);
});

test('a picture of too many bytes has fewer pixels, and is shown as large', async () => {
  const noise = `<svg xmlns="http://www.w3.org/2000/svg" width="400" height="200"><filter id="n"><feTurbulence baseFrequency="1"/></filter><rect width="400" height="200" filter="url(#n)"/></svg>`;
  const { bytes, width } = (await chartPng(noise))!;
  expect([bytes.readUInt32BE(16), width]).toEqual([400, 400]);
});

test('where resvg has no binary, there is no PNG and one warning', () => {
  const code = `
    import { registerHooks } from 'node:module';
    registerHooks({
      resolve(name, context, next) {
        if (name === '@resvg/resvg-js') throw new Error('Cannot find native binding\\nand more');
        return next(name, context);
      },
    });
    process.on('warning', ({ code, message }) => console.log(code, message));
    const { chartPng } = await import(${JSON.stringify(ownModule('lib/display/png').href)});
    console.log(await chartPng('<svg/>'), await chartPng('<svg/>'));`;
  const flags = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--no-warnings'];
  const loader = ownModule('lib/typescript-loader').href;
  const printed = execFileSync(process.execPath, [...flags, '--import', loader, '--eval', code], {
    encoding: 'utf8',
  });
  expect(printed.trim().split('\n').sort()).toEqual([
    'REWARDLAB_NO_PNG figures have no image/png on this machine: Cannot find native binding; they are shown as SVG and text',
    'undefined undefined',
  ]);
});

/** The scan lines of a PNG whose data is in one chunk or more. */
function pixels(png: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at))
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
      parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  return inflateSync(Buffer.concat(parts));
}
