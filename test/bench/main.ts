/** `npm run bench -- NAME [options]`: measurements beside peers. */
import { generateBench } from './generate.ts';
import { grpoBench } from './grpo.ts';
import { ownBench } from './own.ts';
import { sftBench } from './sft.ts';
import { trainBench } from './train.ts';

const benches: Record<string, (words: string[]) => Promise<void>> = {
  train: trainBench,
  sft: sftBench,
  generate: generateBench,
  grpo: grpoBench,
  own: ownBench,
};

const [name = '', ...words] = process.argv.slice(2);
const bench = benches[name];
if (bench) await bench(words);
else {
  console.error(`unknown bench '${name}'; known: ${Object.keys(benches).join(', ')}`);
  process.exitCode = 1;
}
