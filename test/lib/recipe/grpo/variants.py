"""The update of grpo.json under other options, by PyTorch in float32: losses, metrics and gradient norms.

    python variants.py MODEL_DIR GRPO_JSON > variants.json
"""
import json, sys
import torch
from transformers import AutoModelForCausalLM

folder, fixture = sys.argv[1:3]
torch.set_num_threads(1); torch.use_deterministic_algorithms(True)
given = json.load(open(fixture))
model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").train()
prompts, completions = given["prompts"], given["completions"]

def run(options):
    terms, entropies, kls, lengths = [], [], [], []
    for i, completion in enumerate(completions):
        prompt = prompts[given["group"][i]]
        logits = model(input_ids=torch.tensor([prompt + completion]), use_cache=False).logits[0, len(prompt) - 1 : -1] / options["temperature"]
        logs = torch.log_softmax(logits, -1)
        logp = logs.gather(1, torch.tensor(completion)[:, None])[:, 0]
        old, ref = torch.tensor(given["old_log_probs"][i]), torch.tensor(given["ref_log_probs"][i])
        A = given["advantages"][i]
        ratio = torch.exp(torch.clamp(logp - old, -20, 20))
        loss = torch.maximum(-A * ratio, -A * torch.clamp(ratio, 1 - options["low"], 1 + options["high"]))
        if A < 0: loss = torch.clamp(loss, max=-A * options["c"])
        d = logp - ref
        kind = options["kl"].rstrip("+")
        kl = {"kl": d, "abs": d.abs(), "k2": d.square() / 2, "k3": torch.clamp(torch.exp(torch.clamp(-d, -20, 20)) + torch.clamp(d, -20, 20) - 1, -10, 10)}[kind]
        if options["kl"].endswith("+"): kl = d.square() / 2 - (d.square() / 2).detach() + kl.detach()
        terms.append(loss); kls.append(kl); entropies.append(-(logs.exp() * logs).sum(-1)); lengths.append(len(completion))
    def join(parts):
        total = sum(p.sum() for p in parts)
        return {"token-mean": lambda: total / sum(lengths), "token-sum": lambda: total, "seq-mean-token-sum": lambda: total / len(parts),
                "seq-mean-token-mean": lambda: sum(p.mean() for p in parts) / len(parts), "seq-mean-token-sum-norm": lambda: total / len(parts) / options["horizon"]}[options["mode"]]()
    pg, kl, entropy = join(terms), join(kls), join(entropies)
    loss = pg + options["klCoef"] * kl - options["entropyCoef"] * entropy
    model.zero_grad(); loss.backward()
    norms = {n: float(p.grad.norm()) for n, p in model.named_parameters()}
    return {"options": options, "pg_loss": pg.item(), "kl": kl.item(), "loss": loss.item(), "entropy": float(sum(e.sum() for e in entropies) / sum(lengths)), "grad_norms": norms}

base = {"temperature": 1.0, "low": 0.2, "high": 0.2, "c": 3.0, "kl": "kl", "klCoef": 0.05, "entropyCoef": 0.0, "mode": "token-mean", "horizon": 32}
variants = [
    {**base, "temperature": 0.7, "entropyCoef": 0.02, "mode": "seq-mean-token-mean", "kl": "k2", "klCoef": 0.1, "low": 0.1, "high": 0.3},
    {**base, "temperature": 1.3, "entropyCoef": -0.01, "mode": "seq-mean-token-sum-norm", "kl": "k3+", "c": 1.5},
    {**base, "mode": "token-sum", "kl": "abs"},
    {**base, "mode": "seq-mean-token-sum", "kl": "kl+", "entropyCoef": 0.5},
]
print(json.dumps([run(v) for v in variants]))
