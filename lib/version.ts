/** This package's version, read from its own package.json wherever it is installed. */
import { readFileSync } from 'node:fs';

const here = import.meta.url.endsWith('.ts') ? '../package.json' : '../../package.json';
const manifest = JSON.parse(readFileSync(new URL(here, import.meta.url), 'utf8')) as {
  version: string;
};

export const version = manifest.version;
