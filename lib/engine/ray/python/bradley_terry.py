"""Bradley–Terry on Ray Train's workers: the loss, order, schedule and optimiser of rewardlab's own engine
(lib/recipe/bradley-terry.ts, lib/train/loop.ts), so that both draw the same curve."""

import json
import math
import os
import time

import torch
import torch.distributed as dist
import torch.nn.functional as F
from ray import train as ray_train

import checkpoint
import model as reward_model
from commands import Commands
from report import JobError, failure, tell
from rows import MicroBatch, Order, Pairs, collate, micro_batches, read_pairs

HERE = os.path.dirname(os.path.abspath(__file__))


def train(job: dict) -> None:
    torch.set_num_threads(job["threads"])
    run = Run(job)
    try:
        run.go()
    except JobError as error:
        if run.rank == 0:
            tell(job, {**failure(error, run.state["step"]), **run.kept()})
        raise


class Run:
    def __init__(self, job: dict):
        self.job, self.options = job, job["options"]
        self.rank, self.world = dist.get_rank(), dist.get_world_size()
        self.device = ray_train.torch.get_device()
        # Metrics and commands are few numbers, which need no GPU.
        self.group = dist.new_group(backend="gloo")
        mesh = dist.init_device_mesh(self.device.type, (self.world,))
        self.model = reward_model.load(job, mesh)
        self.adamw = reward_model.optimizer(self.model, self.options)
        self.pairs = read_pairs(os.path.join(HERE, "train.parquet"))
        self.validation = read_pairs(os.path.join(HERE, "validation.parquet")) if job["validation"] else None
        order = os.path.join(HERE, "order.i32")
        shuffled = order if os.path.exists(order) else None
        self.order = Order(len(self.pairs), self.options["batch_size"], shuffled)
        with open(os.path.join(HERE, "schedule.json"), encoding="utf-8") as file:
            self.factors = json.load(file)
        self.commands = Commands(job, self.rank, self.group)
        self.state = {"step": 0, "numTokens": 0, "cut": 0, "planned": True, "changed": {}}
        self.state["batch"] = {"epoch": 0, "at": 0}
        self.last_kept: str | None = None
        if job["from"]:
            self.state = checkpoint.restore(job["from"], self.model, self.adamw)
            self.last_kept = job["from"]

    def go(self) -> None:
        steps = len(self.factors)
        if self.state["step"] == 0 and self.options["eval_on_start"]:
            self.validate()
        while self.state["step"] < steps:
            if self.obey():
                self.save()
                self.end("stopped")
                return
            self.step()
            options = self.now()
            step = self.state["step"]
            if step == steps or due(step, options["eval_steps"]):
                self.validate()
            if due(step, options["save_steps"]):
                self.save()
        path = os.path.join(self.job["run"], "final")
        self.write(path, None)
        self.end("done", model=path)

    def step(self) -> None:
        started = time.perf_counter()
        options, state = self.now(), self.state
        epoch, at = self.order.after(state["batch"]["epoch"], state["batch"]["at"])
        places = self.order.batch(epoch, at)
        sums = torch.zeros(4, dtype=torch.float64)
        for micro in self.micro_batches(self.pairs, places):
            # FSDP takes the mean of the workers' gradients, and the step is a mean over all of its pairs.
            loss, found = self.measure(micro, self.world / len(places))
            loss.backward()
            sums += found
        norm = self.update(options)
        metrics = self.means(sums, len(places)) | {"grad_norm": norm}
        for name, value in metrics.items():
            if not math.isfinite(value):
                raise JobError(
                    f"step {state['step'] + 1}: {name} is no longer a number: the weights have overflowed\n"
                    "  lower --learning-rate, or set --max-grad-norm"
                )
        tokens = self.pairs.tokens(places)
        state["step"] += 1
        state["numTokens"] += tokens
        state["batch"] = {"epoch": epoch, "at": at + len(places)}
        seconds = time.perf_counter() - started
        metrics |= {
            "learning_rate": self.learning_rate,
            "num_tokens": state["numTokens"],
            "seconds": seconds,
            "tokens_per_second": tokens / seconds,
        }
        self.tell({"type": "step", "step": state["step"], "metrics": metrics})

    def measure(self, micro: MicroBatch, scale: float) -> tuple[torch.Tensor, torch.Tensor]:
        """The loss to go back from, and sums of loss, accuracy, margin and reward over the pairs."""
        options = self.options
        chosen, rejected = self.model(micro.ids, micro.mask, micro.last).chunk(2)
        difference = chosen - rejected
        wanted = difference - micro.margin
        smoothing = options["label_smoothing"]
        each = F.softplus(-wanted) * (1 - smoothing) + F.softplus(wanted) * smoothing
        each = each * micro.factor
        each = each + options["center_rewards_coefficient"] * (chosen + rejected) ** 2
        right = (rejected < chosen).float()
        parts = [each, right, difference, (chosen + rejected) / 2]
        sums = torch.stack([part.detach().double().sum() for part in parts]).cpu()
        return each.sum() * (scale * micro.weight), sums * micro.weight

    def update(self, options: dict) -> float:
        most = options["max_grad_norm"]
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), math.inf if most is None else most)
        self.learning_rate = options["learning_rate"] * self.factors[self.state["step"]]
        for group in self.adamw.param_groups:
            group["lr"] = self.learning_rate
            group["weight_decay"] = options["weight_decay"] if group["decays"] else 0.0
        self.adamw.step()
        self.adamw.zero_grad(set_to_none=True)
        return float(norm.full_tensor())

    def validate(self) -> None:
        if self.validation is None:
            return
        sums = torch.zeros(4, dtype=torch.float64)
        with torch.no_grad():
            for micro in self.micro_batches(self.validation, range(len(self.validation))):
                sums += self.measure(micro, 1.0)[1]
        self.model.reshard()  # Which FSDP leaves to the way back, and there is none.
        metrics = self.means(sums, len(self.validation))
        self.tell({"type": "validation", "step": self.state["step"], "metrics": metrics})

    def micro_batches(self, pairs: Pairs, places):
        tokens = self.options["micro_batch_tokens"]
        for group in micro_batches(pairs, places, rank=self.rank, world=self.world, tokens=tokens):
            yield collate(pairs, group, self.device)

    def means(self, sums: torch.Tensor, pairs: int) -> dict[str, float]:
        dist.all_reduce(sums, group=self.group)
        names = ["loss", "accuracy", "margin", "mean_reward"]
        return {name: value / pairs for name, value in zip(names, sums.tolist())}

    def obey(self) -> bool:
        """Follows what the run was told since the last step; returns whether to stop."""
        for command in self.commands.take():
            if command["type"] == "stop":
                return True
            if command["type"] == "save":
                self.save()
            if command["type"] == "set":
                name, value = command["option"], command["value"]
                self.state["changed"][name] = value
                self.tell({"type": "set", "step": self.state["step"], "option": name, "value": value})
        return False

    def now(self) -> dict:
        return {**self.options, **self.state["changed"]}

    def save(self) -> None:
        path = os.path.join(self.job["run"], f"global_step_{self.state['step']}")
        if self.state["step"] == 0 or path == self.last_kept:
            return
        self.write(path, self.adamw)
        self.last_kept = path
        self.tell({"type": "checkpoint", "step": self.state["step"], "path": path})

    def write(self, path: str, adamw: torch.optim.AdamW | None) -> None:
        checkpoint.save(path, self.model, adamw, job=self.job, state=self.state, rank=self.rank)
        dist.barrier(group=self.group)

    def end(self, reason: str, **more: str) -> None:
        self.tell({"type": "end", "reason": reason, "step": self.state["step"], **more, **self.kept()})

    def kept(self) -> dict:
        return {} if self.last_kept is None else {"checkpoint": self.last_kept}

    def tell(self, event: dict) -> None:
        if self.rank == 0:
            tell(self.job, event)


def due(step: int, every: int | None) -> bool:
    return every is not None and step % every == 0
