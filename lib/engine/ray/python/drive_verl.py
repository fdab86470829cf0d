"""What Ray starts where VERL trains: VERL's trainer in a process of its own, told of in rewardlab's words while it goes
on. Ends with 3 where the run was stopped, so that Ray does not call it a success."""

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

from report import JobError, failure, say
from run_folder import refuse_unseen

HERE = os.path.dirname(os.path.abspath(__file__))
VERSION = "0.9.1"
LAST = "latest_checkpointed_iteration.txt"
STEP = {"train/grad_norm": "grad_norm", "train/loss": "loss"}
VALIDATION = {"val/loss": "loss"}
COMPANIONS = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
    "chat_template.jinja",
    "generation_config.json",
)


def main() -> int:
    with open(os.path.join(HERE, "job.json"), encoding="utf-8") as file:
        job = json.load(file)
    refuse_unseen(job)
    refuse_other(job)
    forget_unfinished(job["run"])
    with tempfile.TemporaryDirectory() as folder:
        return Run(job, os.path.join(folder, "metrics.jsonl")).go()


def refuse_other(job: dict) -> None:
    try:
        there = importlib.metadata.version("verl")
    except importlib.metadata.PackageNotFoundError:
        there = None
    if there != VERSION:
        raise JobError(
            f"the cluster has {'no verl' if there is None else f'verl {there}'}; this job is for verl {VERSION}\n"
            f"  on every node: pip install verl=={VERSION} uvicorn fastapi"
        )
    if job["device"] == "cpu" and os.environ.get("VERL_PLATFORM") != "cpu":
        raise JobError("VERL trains on GPUs alone\n  ask for them: --device cuda")


class Run:
    def __init__(self, job: dict, metrics: str):
        self.job, self.metrics, self.read = job, metrics, 0
        self.step, self.kept = job["from"], last_checkpoint(job["run"])
        self.tokens = tokens_until(job)
        self.time: float | None = None  # Of the step before; VERL's first takes its start along.
        self.commands = 0
        with open(os.path.join(HERE, "schedule.json"), encoding="utf-8") as file:
            self.factors = json.load(file)

    def go(self) -> int:
        # The package lies elsewhere on other nodes, but VERL reads data and model where its trainer runs, and there.
        words = [word.replace("package:", HERE + os.sep) for word in self.job["overrides"]]
        command = [sys.executable, "-m", self.job["trainer"], *words]
        environment = {**os.environ, "VERL_FILE_LOGGER_PATH": self.metrics}
        trainer = subprocess.Popen(command, env=environment)
        stopped = False
        while trainer.poll() is None:
            time.sleep(0.2)
            self.tell()
            if not stopped and self.told_to_stop():
                stopped = True
                trainer.terminate()
        self.tell()
        forget_unfinished(self.job["run"])
        if stopped:
            self.end("stopped")
            return 3
        if trainer.returncode != 0:
            return 1  # Its trace is in the log, and Ray says of what it died.
        self.end("done", model=write_final(self.job, self.kept))
        return 0

    def tell(self) -> None:
        """Says what VERL has written since the last time: metrics first, then the checkpoint after them."""
        if os.path.exists(self.metrics):
            with open(self.metrics, "rb") as file:
                file.seek(self.read)
                whole, _, _ = file.read().rpartition(b"\n")
            self.read += len(whole) + 1 if whole else 0
            for line in whole.splitlines():
                self.tell_metrics(json.loads(line))
        path = last_checkpoint(self.job["run"])
        if path != self.kept:
            self.kept = path
            say({"type": "checkpoint", "step": step_of(path), "path": path})

    def tell_metrics(self, line: dict) -> None:
        step, data = line["step"], line["data"]
        if "train/loss" in data:
            before, self.time, self.step = self.time, time.monotonic(), step
            tokens = data["train/global_tokens"]
            self.tokens += tokens
            metrics = named(data, STEP) | {
                "learning_rate": self.job["learning_rate"] * self.factors[step - 1],
                "num_tokens": self.tokens,
            }
            if before is not None:
                seconds = self.time - before
                metrics |= {"seconds": seconds, "tokens_per_second": tokens / seconds}
            say({"type": "step", "step": step, "metrics": metrics})
        validation = named(data, VALIDATION)
        if validation:
            say({"type": "validation", "step": step, "metrics": validation})

    def told_to_stop(self) -> bool:
        """VERL obeys nothing between two steps: what was told besides is only said to be of no use."""
        path = os.path.join(self.job["run"], "ray-commands.jsonl")
        with open(path, encoding="utf-8") as file:
            lines = file.read().split("\n")[:-1]  # A last line without an end is still being written.
        fresh = [json.loads(line)["type"] for line in lines[self.commands :]]
        self.commands = len(lines)
        for command in fresh:
            if command != "stop":
                print(f"VERL trains on: it cannot be told to {command}", flush=True)
        return "stop" in fresh

    def end(self, reason: str, **more: str) -> None:
        kept = {} if self.kept is None else {"checkpoint": self.kept}
        say({"type": "end", "reason": reason, "step": self.step, **more, **kept})


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
    with open(os.path.join(job["run"], "metrics.jsonl"), encoding="utf-8") as file:
        events = [json.loads(line) for line in file.read().splitlines()]
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
    """The trained model as VERL gathered it, with the tokenizer's files as they were; filled under another name and
    renamed, so that what bears the name is whole."""
    path = os.path.join(job["run"], "final")
    fresh = f"{path}.{os.getpid()}.tmp"
    gathered = os.path.join(checkpoint, "huggingface")
    ours = [name for name in os.listdir(gathered) if name == "config.json" or "model" in name]
    source = os.path.join(HERE, job["model"])
    theirs = [name for name in COMPANIONS if os.path.exists(os.path.join(source, name))]
    shutil.rmtree(fresh, ignore_errors=True)
    os.makedirs(fresh)
    for folder, names in ((gathered, ours), (source, theirs)):
        for name in names:
            shutil.copyfile(os.path.join(folder, name), os.path.join(fresh, name))
    shutil.rmtree(path, ignore_errors=True)
    os.rename(fresh, path)
    return path


if __name__ == "__main__":
    try:
        sys.exit(main())
    except JobError as error:
        say(failure(error, step=0))
        sys.exit(1)
