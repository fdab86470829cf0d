/** The magics by name. Each is loaded when it is first used: some bring the whole training library. */
import type { Magic } from './magic.ts';

export const magics: Readonly<Record<string, () => Promise<Magic>>> = {
  chat: async () => (await import('./chat.ts')).chat,
  check: async () => (await import('./check.ts')).checkMagic,
  lsmagic: async () => (await import('./lsmagic.ts')).listMagics(loadAll),
  train: async () => (await import('./train.ts')).trainMagic(),
};

function loadAll(): Promise<Magic[]> {
  return Promise.all(Object.values(magics).map((load) => load()));
}
