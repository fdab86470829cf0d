/** TypeScript's language service over the cells, the person's files and the packages that they import. */
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { ownModule } from '../../lib/own-process.ts';
import { sessionNames } from '../session/global-names.ts';
import type { Cells, Module } from './cells.ts';

export interface Service {
  languageService: ts.LanguageService;
  /** Takes a cell as the one that is asked about; returns its file. */
  open: (module: Module) => string;
  /** Text of a file that is no package's: a cell or one of the person's. */
  ownText: (file: string) => string | undefined;
}

export function createService(cwd: string, cells: Cells): Service {
  const globalsFile = join(cwd, '.rewardlab-globals.d.ts');
  let asked: Module = { text: '', offset: 0, tsx: false };
  let version = 0;
  const askedFile = (): string => join(cwd, `.rewardlab-asked.${asked.tsx ? 'tsx' : 'ts'}`);
  const virtual = (file: string): string | undefined => {
    if (file === askedFile()) return asked.text;
    if (file === globalsFile) return globals;
    return dirname(file) === cwd ? cells.text(file.slice(cwd.length + 1)) : undefined;
  };
  const host: ts.LanguageServiceHost = {
    getCompilationSettings: () => settings(cwd, asked.tsx),
    getScriptFileNames: () => [globalsFile, askedFile()],
    getScriptVersion: (file) =>
      file === askedFile() ? String(version) : virtual(file) === undefined ? versionOf(file) : '1',
    getScriptSnapshot(file) {
      const text = virtual(file) ?? ts.sys.readFile(file);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => cwd,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
    fileExists: (file) => virtual(file) !== undefined || ts.sys.fileExists(file),
    readFile: (file) => virtual(file) ?? ts.sys.readFile(file),
    readDirectory: (...given) => ts.sys.readDirectory(...given),
    directoryExists: (folder) => ts.sys.directoryExists(folder),
    getDirectories: (folder) => ts.sys.getDirectories(folder),
    realpath: (file) => ts.sys.realpath?.(file) ?? file,
  };
  return {
    languageService: ts.createLanguageService(host),
    open(module) {
      asked = module;
      version++;
      return askedFile();
    },
    ownText: (file) =>
      virtual(file) ?? (file.includes('/node_modules/') ? undefined : ts.sys.readFile(file)),
  };
}

/** Packages do not change while a kernel runs; the person's own files do. */
function versionOf(file: string): string {
  if (/[\\/]node_modules[\\/]/.test(file)) return '1';
  return String(statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
}

/** `rewardlab` and `tslab` mean the running kernel's copy, as they do when a cell runs. */
function settings(cwd: string, tsx: boolean): ts.CompilerOptions {
  const own = (path: string): string[] => [fileURLToPath(ownModule(path)).replace(/\.[jt]s$/, '')];
  return {
    target: ts.ScriptTarget.ESNext,
    lib: ['lib.esnext.d.ts'],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    moduleDetection: ts.ModuleDetectionKind.Force,
    allowImportingTsExtensions: true,
    resolveJsonModule: true,
    allowJs: true,
    // Else every file would import what JSX becomes, and with it all of React's types.
    ...(tsx && { jsx: ts.JsxEmit.ReactJSX }),
    strict: true,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    skipLibCheck: true,
    noEmit: true,
    types: ['node'],
    typeRoots: [join(cwd, 'node_modules', '@types'), ownTypes()],
    paths: {
      rewardlab: own('kernel/session/rewardlab'),
      tslab: own('kernel/session/tslab'),
    },
  };
}

/** The folder of the types of Node that came with this package. */
function ownTypes(): string {
  const require = createRequire(import.meta.url);
  return dirname(dirname(require.resolve('@types/node/package.json')));
}

/** The names that every cell has. */
const globals = [
  "import type * as session from 'rewardlab';",
  'declare global {',
  ...sessionNames.map((name) => `  var ${name}: typeof session.${name};`),
  "  var Worker: typeof import('node:worker_threads').Worker;",
  '}',
].join('\n');
