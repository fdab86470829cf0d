"""Checkpoints as rewardlab writes them: a Hugging Face folder, optimizer.safetensors with PyTorch's names, and
trainer_state.json. Filled under another name and renamed, so that what bears the name is whole."""

import json
import os
import shutil

import torch
from safetensors.torch import load_file, save_file
from torch.distributed.tensor import DTensor, distribute_tensor

from companions import copy_companions
from model import RewardModel

MOMENTS = ("exp_avg", "exp_avg_sq")


def save(
    path: str, model: RewardModel, adamw: torch.optim.AdamW | None, *, job: dict, state: dict, rank: int
) -> str:
    """All workers come here; the first writes. Without an optimizer it is a model to use."""
    weights: dict[str, torch.Tensor] = {}
    moments: dict[str, torch.Tensor] = {}
    for name, parameter in model.named_parameters():
        plain = name.removeprefix("net.")
        weights[plain] = whole(parameter, rank)
        for part in MOMENTS if adamw else []:
            moments[f"{plain}.{part}"] = whole(adamw.state[parameter][part], rank)
    if rank != 0:
        return path
    fresh = f"{path}.{os.getpid()}.tmp"
    shutil.rmtree(fresh, ignore_errors=True)
    model.net.config.dtype = torch.float32
    if model.net.config.pad_token_id is None:
        model.net.config.pad_token_id = job["pad"]
    model.net.config.architectures = [type(model.net).__name__.removeprefix("FSDP")]
    model.net.config.save_pretrained(fresh)
    save_file(weights, os.path.join(fresh, "model.safetensors"), metadata={"format": "pt"})
    copy_companions(job, fresh)
    if adamw:
        save_file(moments, os.path.join(fresh, "optimizer.safetensors"))
        with open(os.path.join(fresh, "trainer_state.json"), "w", encoding="utf-8") as file:
            json.dump({**state, "optimizerStep": state["step"]}, file, indent=2)
    shutil.rmtree(path, ignore_errors=True)
    os.rename(fresh, path)
    return path


def restore(path: str, model: RewardModel, adamw: torch.optim.AdamW) -> dict:
    """Puts the moments back; returns the state. The weights were loaded as of any model folder."""
    with open(os.path.join(path, "trainer_state.json"), encoding="utf-8") as file:
        state = json.load(file)
    tensors = load_file(os.path.join(path, "optimizer.safetensors"))
    step = state.pop("optimizerStep")
    for name, parameter in model.named_parameters():
        adamw.state[parameter] = {"step": torch.tensor(float(step))}
        for part in MOMENTS:
            found = tensors[f"{name.removeprefix('net.')}.{part}"].to(parameter.device)
            mesh, placements = parameter.device_mesh, parameter.placements
            adamw.state[parameter][part] = distribute_tensor(found, mesh, placements, src_data_rank=None)
    return state


def whole(shared: DTensor, rank: int) -> torch.Tensor:
    """All workers' shares in one tensor on the first worker, which alone keeps it."""
    tensor = shared.detach().full_tensor()
    return tensor.cpu().contiguous() if rank == 0 else torch.empty(0)
