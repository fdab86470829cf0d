"""The reward model over the workers: each holds a share of every weight (FSDP2), and bfloat16 copies to compute
with where there are GPUs."""

import os

import torch
from safetensors.torch import load_file
from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard
from transformers import AutoModelForSequenceClassification


class RewardModel(torch.nn.Module):
    """Reads the reward at the token that it is told, since the last one may be the one that pads."""

    def __init__(self, net: torch.nn.Module):
        super().__init__()
        self.net = net

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, last: torch.Tensor) -> torch.Tensor:
        """[rows, length], [rows, length], [rows] to rewards [rows]."""
        hidden = self.net.model(input_ids=ids, attention_mask=mask, use_cache=False)[0]
        rows = torch.arange(len(ids), device=ids.device)
        return self.net.score(hidden[rows, last]).sum(-1).float()


def load(job: dict, mesh: torch.distributed.DeviceMesh) -> RewardModel:
    here = os.path.dirname(os.path.abspath(__file__))
    net = AutoModelForSequenceClassification.from_pretrained(
        os.path.join(here, job["weights"]), num_labels=1, dtype=torch.float32
    )
    head = os.path.join(here, "head.safetensors")
    if job["weights"] == job["model"] and os.path.exists(head):  # Made by rewardlab, of the job's seed.
        net.load_state_dict(load_file(head), strict=False)
    model = RewardModel(net)
    half = MixedPrecisionPolicy(param_dtype=torch.bfloat16, reduce_dtype=torch.float32)
    policy = half if mesh.device_type == "cuda" else MixedPrecisionPolicy()
    for layer in net.model.layers:
        fully_shard(layer, mesh=mesh, mp_policy=policy)
    fully_shard(model, mesh=mesh, mp_policy=policy)
    return model


def optimizer(model: RewardModel, options: dict) -> torch.optim.AdamW:
    """Matrices decay, vectors do not."""
    parameters = list(model.parameters())
    groups = [
        {"params": [p for p in parameters if p.ndim > 1], "decays": True},
        {"params": [p for p in parameters if p.ndim <= 1], "decays": False},
    ]
    return torch.optim.AdamW(
        [group for group in groups if group["params"]],
        lr=0.0,
        betas=tuple(options["betas"]),
        eps=options["eps"],
        weight_decay=0.0,
    )
