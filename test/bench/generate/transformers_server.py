"""transformers' `generate`, as it is used: so many prompts a line, written to the last token.
Arguments: model folder, prompts file, threads, new tokens, temperature."""
import json, resource, sys, time

import torch
from transformers import AutoModelForCausalLM

folder, file, threads, new, temperature = sys.argv[1:6]
torch.set_num_threads(int(threads))
prompts = json.load(open(file))
model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
how = dict(max_new_tokens=int(new), min_new_tokens=int(new), pad_token_id=0)
how |= dict(do_sample=False) if float(temperature) == 0 else dict(do_sample=True, temperature=float(temperature), top_k=0, top_p=1.0)
print('{"ready": true}', flush=True)
for line in sys.stdin:
    ids = torch.tensor(prompts[: int(line)])
    start, cpu = time.perf_counter(), time.process_time()
    with torch.no_grad():
        written = model.generate(ids, attention_mask=torch.ones_like(ids), **how)
    ms, cpu = (time.perf_counter() - start) * 1e3, (time.process_time() - cpu) * 1e3
    print(json.dumps({"ms": ms, "cpuMs": cpu, "ids": written[:, ids.shape[1] :].tolist(), "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}), flush=True)
