"""PyTorch's side: the peer's own forward (prompt once, last layer pruned), one full step a line.
Arguments: folder of bench_torch_bt.py, model folder, batches file, threads."""
import json, os, resource, sys, time

peers, model_folder, file, threads = sys.argv[1:5]
batches = json.load(open(file))
script = os.path.join(peers, "bench_torch_bt.py")
sys.path.insert(0, peers)
sys.argv = [script, "--model", model_folder, "--ids", "--steps", "0", "--epochs", "0", "--no_eval", "--threads", threads]
source = open(script).read().split("it = batches(); hist")[0]  # definitions only, no training
peer = {"__file__": script, "__name__": "peer"}
exec(compile(source, script, "exec"), peer)
import torch
import torch.nn.functional as F

model, optimizer = peer["model"], peer["opt"]
print('{"ready": true}', flush=True)
for line in sys.stdin:
    start = time.perf_counter()
    data = batches[int(line)]
    chosen, rejected, _, _ = peer["pair_rewards"](range(len(data)), data, "shared_last")
    loss = -F.logsigmoid(chosen - rejected).mean()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    for group in optimizer.param_groups:
        group["lr"] = 1e-3
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    ms = (time.perf_counter() - start) * 1e3
    print(json.dumps({"ms": ms, "loss": loss.item(), "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}), flush=True)
