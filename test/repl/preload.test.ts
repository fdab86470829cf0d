/** What loading ink in pieces takes for granted about ink. */
import { globSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('ink takes nothing from es-toolkit/compat but throttle', () => {
  const folder = dirname(fileURLToPath(import.meta.resolve('ink')));
  const imports = globSync(`${folder}/**/*.js`).flatMap((file) =>
    Array.from(
      readFileSync(file, 'utf8').matchAll(/import (.*) from ['"]es-toolkit.*['"]/g),
      ([line]) => line,
    ),
  );
  expect(imports).toEqual(["import { throttle } from 'es-toolkit/compat'"]);
});
