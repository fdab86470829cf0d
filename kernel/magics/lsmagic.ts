/** `%lsmagic`: the magics there are, a line each. */
import type { Magic } from './magic.ts';

export function listMagics(loadAll: () => Promise<Magic[]>): Magic {
  const lsmagic: Magic = {
    name: 'lsmagic',
    summary: 'lists the magics',
    takesBody: false,
    help: () => '%lsmagic\n  lists the magics; %NAME --help says more of one\n',
    async run(call) {
      const all = await loadAll();
      const width = Math.max(...all.map(({ name }) => name.length));
      const lines = all
        .sort((a, b) => a.name.localeCompare(b.name))
        .map(
          ({ name, summary, takesBody }) =>
            `${takesBody ? '%%' : ' %'}${name.padEnd(width)}  ${summary}`,
        );
      call.write(`${lines.join('\n')}\n\n%NAME --help says more of one.\n`);
    },
  };
  return lsmagic;
}
