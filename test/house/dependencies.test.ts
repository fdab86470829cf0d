/** Every run-time dependency has a reason. A new one without a line here fails. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const reasons: Record<string, string> = {
  '@duckdb/node-api': 'parquet views: lazy, bounded memory, SQL filters',
  '@expo-google-fonts/didact-gothic':
    'the font of a chart as PNG, on machines with any fonts or none',
  '@huggingface/jinja': 'chat templates are Jinja',
  '@huggingface/tokenizers': 'the tokenizers of Hugging Face model folders',
  '@types/node': 'the types of Node in completion and `%%check` of cells',
  '@resvg/resvg-js': 'a chart as PNG, for readers that show no SVG',
  'apache-arrow': 'views hand their rows to other tools as Arrow tables',
  'cli-truncate': 'cuts table cells at a width in columns, not characters',
  commander: 'the command line: sub-commands, flags, help',
  ink: 'the terminal',
  'onnx-proto': 'writes ONNX protobufs',
  'onnxruntime-node': 'runs the training graph on this machine',
  'oxc-parser': 'finds imports and magics in a cell by syntax, and tells whether it is complete',
  'oxc-transform': 'strips types from cells and modules',
  'plotly.js-basic-dist-min': 'draws live figures in JupyterLab; copied there, run by the browser',
  'pure-rand': 'seeded random numbers',
  react: 'ink draws React components',
  'string-width': 'columns that a text takes on a terminal',
  typescript:
    'types in completion, inspection and `%%check`; in a process of its own, on first need',
  vega: 'the static form of a chart (SVG)',
  ws: 'follows a log on a Ray cluster, without the compression that Ray chokes on',
  yaml: 'job files',
  zeromq: 'the Jupyter wire',
  zod: 'every option once: type, default, check, flag, help',
};

interface Manifest {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}
const manifest = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'),
) as Manifest;

test('every run-time dependency is listed with its reason', () => {
  expect(Object.keys(manifest.dependencies).sort()).toEqual(Object.keys(reasons).sort());
});

test('versions are exact', () => {
  const all = { ...manifest.dependencies, ...manifest.devDependencies };
  expect(
    Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)),
  ).toEqual([]);
});
