"""Writes formulas.json: advantages, aggregation, policy loss and KL with their gradients, by PyTorch in float64.

    python formulas.py > formulas.json
"""
import json, torch

torch.set_default_dtype(torch.float64)
lists = lambda t: [[round(float(v), 12) for v in row] for row in t] if t.dim() > 1 else [round(float(v), 12) for v in t]

scores = [[1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0], [0.5, 0.5, 0.5, 0.5], [1, 0.6065306597126334, 0.36787944117144233, 0.22313016014842982], [0.25, -1, 3], [7]]
def advantage(row, by_deviation):
    t = torch.tensor([float(v) for v in row])
    mean, std = (0.0, 1.0) if len(row) == 1 else (t.mean(), t.std())
    return lists((t - mean) / (std + 1e-6) if by_deviation else t - mean)
advantages = [{"scores": row, "byDeviation": advantage(row, True), "plain": advantage(row, False)} for row in scores]

# Two completions of 5 and 3 tokens, and one of none.
mask = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [0, 0, 0, 0, 0.0]])
losses = torch.tensor([[0.5, -1, 2, 0.25, 3], [1.5, 0.1, -0.2, 9, 9], [9, 9, 9, 9, 9.0]])
def aggregate(mode, horizon=8):
    tokens, sums = mask.sum(-1), (losses * mask).sum(-1)
    seen = (tokens > 0).sum()
    return {"token-mean": sums.sum() / tokens.sum(), "token-sum": sums.sum(), "seq-mean-token-sum": sums.sum() / seen,
            "seq-mean-token-mean": (sums / (tokens + 1e-8)).sum() / seen, "seq-mean-token-sum-norm": sums.sum() / seen / horizon}[mode]
modes = ["token-mean", "token-sum", "seq-mean-token-sum", "seq-mean-token-mean", "seq-mean-token-sum-norm"]
aggregation = {"losses": [[0.5, -1, 2, 0.25, 3], [1.5, 0.1, -0.2], []], "horizon": 8, "values": {m: round(float(aggregate(m)), 9) for m in modes}}

old = torch.tensor([-1.0, -2.0, -0.5, -3.0, -1.5, -2.5, -0.1, -30.0, -0.2, -1.0])
change = torch.tensor([0.0, 0.1, 0.4, -0.1, -0.6, 1.4, -0.3, 25.0, 0.15, -1.0])
A = torch.tensor([1.0, 1.0, 1.0, -1.0, -1.0, -2.0, 0.5, -1.0, 0.0, 2.0])
def policy(low, high, c):
    logp = (old + change).requires_grad_()
    ratio = torch.exp(torch.clamp(logp - old, -20, 20))
    l1, l2 = -A * ratio, -A * torch.clamp(ratio, 1 - low, 1 + high)
    loss = torch.maximum(l1, l2)
    lower = torch.min(-A * c, loss)
    total = torch.where(A < 0, lower, loss)
    total.sum().backward()
    return {"low": low, "high": high, "c": c, "loss": lists(total.detach()), "gradient": lists(logp.grad),
            "clipped": lists(((ratio < 1 - low) | (ratio > 1 + high)).double()), "dualClipped": lists((torch.gt(loss, -A * c) * (A < 0)).double())}
policies = {"old": lists(old), "logProbs": lists(old + change), "advantages": lists(A), "cases": [policy(0.2, 0.2, 3.0), policy(0.2, 0.28, 3.0), policy(0.1, 0.5, 1.5)]}

d = torch.tensor([0.0, 0.3, -0.3, 2.0, -2.0, 8.0, -2.6, -25.0, 25.0])
def kl(kind):
    logp = d.clone().requires_grad_()
    base = kind.rstrip("+")
    def forward():
        if base in ("kl", "k1"): return logp
        if base == "abs": return logp.abs()
        if base in ("mse", "k2"): return 0.5 * logp.square()
        x = torch.clamp(-logp, -20, 20)
        return torch.clamp(torch.exp(x) - x - 1, -10, 10)
    value, square = forward(), 0.5 * logp.square()
    if kind.endswith("+"): value = square - square.detach() + value.detach()
    value.sum().backward()
    return {"value": lists(value.detach()), "gradient": lists(logp.grad)}
kinds = ["kl", "k1", "abs", "mse", "k2", "low_var_kl", "k3", "kl+", "k1+", "abs+", "low_var_kl+", "k3+"]

# VERL 0.9.1, verl/workers/reward_manager/dapo.py: what is added to the reward of a response of so many tokens.
def overlong(most, length, factor):
    exceed = [tokens - (most - length) for tokens in range(0, most + 1, most // 8)]
    return {"most": most, "length": length, "factor": factor, "rewards": [min(-e / length * factor, 0) for e in exceed]}
overlongs = [overlong(16, 8, 1.0), overlong(64, 40, 0.5), overlong(24, 24, 2.0)]

print(json.dumps({"overlong": overlongs, "advantages": advantages, "aggregation": aggregation, "policy": policies, "kl": {"d": lists(d), "cases": {k: kl(k) for k in kinds}}}))
