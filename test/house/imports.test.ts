/** Imports go one way and never in a circle; type imports count. The arrows are those of docs/architecture.md. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseSync } from 'oxc-parser';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const files = globSync(
  ['bin/**/*.{ts,tsx}', 'lib/**/*.ts', 'kernel/**/*.ts', 'repl/**/*.{ts,tsx}'],
  { cwd: root },
);
const graph = new Map(files.map((file) => [file, importsOf(file)]));

/** What each room may import besides itself. `errors` stands for the few files at the top of lib. */
const allowed: Record<string, string[]> = {
  'lib/top': [],
  'lib/graph': [],
  'lib/text': ['lib/graph', 'lib/model'],
  'lib/hub': [],
  'lib/data': ['lib/hub'],
  'lib/model': ['lib/graph', 'lib/data', 'lib/hub'],
  'lib/display': ['lib/data', 'lib/hub', 'lib/train', 'lib/text'],
  'lib/reward': ['lib/text', 'lib/data'],
  'lib/recipe': ['lib/model', 'lib/graph', 'lib/text', 'lib/data', 'lib/reward'],
  'lib/generate': ['lib/recipe', 'lib/model', 'lib/graph', 'lib/text'],
  'lib/train': [
    'lib/recipe',
    'lib/generate',
    'lib/model',
    'lib/graph',
    'lib/text',
    'lib/data',
    'lib/hub',
  ],
  'lib/engine': [
    'lib/train',
    'lib/generate',
    'lib/recipe',
    'lib/model',
    'lib/graph',
    'lib/text',
    'lib/data',
  ],
  'lib/code': ['lib/train', 'lib/recipe', 'lib/model', 'lib/graph', 'lib/data'],
  'lib/command': [
    'lib/code',
    'lib/engine',
    'lib/recipe',
    'lib/train',
    'lib/data',
    'lib/model',
    'lib/hub',
  ],
  'lib/worker': [
    'lib/code',
    'lib/command',
    'lib/engine',
    'lib/train',
    'lib/generate',
    'lib/recipe',
    'lib/model',
    'lib/graph',
    'lib/text',
    'lib/data',
  ],
  'lib/evaluate': [
    'lib/worker',
    'lib/reward',
    'lib/generate',
    'lib/engine',
    'lib/train',
    'lib/recipe',
    'lib/model',
    'lib/text',
    'lib/data',
  ],
  'lib/index': ['lib/*'],
  'kernel/session': ['kernel/magics', 'lib/*'],
  'kernel/magics': ['kernel/session', 'lib/*'],
  'kernel/language': ['kernel/session', 'lib/*'],
  'kernel/jupyter': ['kernel/session', 'kernel/language', 'lib/*'],
  repl: ['kernel/jupyter', 'lib/display', 'lib/index'],
  bin: ['repl', 'kernel/*', 'lib/*'],
};

test('rooms import only what stands below them', () => {
  const wrong = [...graph].flatMap(([file, imports]) =>
    imports
      .filter((target) => !mayImport(roomOf(file), roomOf(target)))
      .map((target) => `${file} imports ${target}`),
  );
  expect(wrong).toEqual([]);
});

test('no import cycles', () => {
  expect(cycles()).toEqual([]);
});

/** Besides graph: the drawing of a token, which imports nothing, as a message a token would cost too much. */
const executorMayImport = /^lib\/(graph\/|engine\/(onnx|tfjs)\/|generate\/sampler\.ts$|[^/]+$)/;

test('executors import graph alone, and the sampler', () => {
  const wrong = [...graph].flatMap(([file, imports]) =>
    /^lib\/engine\/(onnx|tfjs)\//.test(file)
      ? imports
          .filter((target) => !executorMayImport.test(target))
          .map((target) => `${file} imports ${target}`)
      : [],
  );
  expect(wrong).toEqual([]);
});

function importsOf(file: string): string[] {
  const { module } = parseSync(file, readFileSync(join(root, file), 'utf8'));
  const named = [
    ...module.staticImports.map((i) => i.moduleRequest.value),
    ...module.staticExports.flatMap((e) => e.entries.map((x) => x.moduleRequest?.value)),
  ];
  return named
    .filter((name) => name?.startsWith('.'))
    .map((name) => relative(root, join(root, dirname(file), name!)));
}

function roomOf(file: string): string {
  const [top, room] = file.split('/');
  if (top === 'bin' || top === 'repl') return top;
  if (file === 'lib/index.ts') return 'lib/index';
  return top === 'lib' && room!.endsWith('.ts') ? 'lib/top' : `${top!}/${room!}`;
}

function mayImport(from: string, to: string): boolean {
  if (from === to || to === 'lib/top') return true;
  return (allowed[from] ?? []).some(
    (room) => room === to || (room.endsWith('/*') && to.startsWith(room.slice(0, -1))),
  );
}

/** Every file that can reach itself, once per circle found by depth-first search. */
function cycles(): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, path: string[]): void => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file].join(' → '));
    if (done.has(file) || path.includes(file)) return;
    for (const target of graph.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  return found;
}
