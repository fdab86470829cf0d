/** Our side: so many prompts a line, written to the last token. Arguments: model folder, prompts file, threads, new tokens. */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createOnnxExecutor } from '../../../lib/engine/onnx/executor.ts';
import { createGenerator, defaultSampling } from '../../../lib/generate/generator.ts';
import { readConfig } from '../../../lib/model/config.ts';
import { loadWeights } from '../../../lib/model/weights.ts';
import { loadEncoder } from '../../../lib/text/encoder.ts';

const [folder, file, threads, maxTokens, temperature] = process.argv.slice(2);
const prompts = JSON.parse(readFileSync(file!, 'utf8')) as number[][];
const config = await readConfig(folder!);
const text = await loadEncoder(folder!);
const executor = createOnnxExecutor({ threads: Number(threads) });
const parameters = await executor.parameters(await loadWeights(folder!, config));
const generator = createGenerator({ executor, parameters, config, text, ends: [] });
const sampling = {
  ...defaultSampling,
  maxTokens: Number(maxTokens),
  temperature: Number(temperature),
};
console.log(JSON.stringify({ ready: true }));

for await (const line of createInterface({ input: process.stdin })) {
  const start = performance.now();
  const before = process.cpuUsage();
  const written = await generator.generate(prompts.slice(0, Number(line)), sampling);
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  const ids = written.map(([first]) => first!.ids);
  const rss = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ ms, cpuMs: (user + system) / 1e3, ids, rss }));
}
await generator.close();
await parameters.close();
