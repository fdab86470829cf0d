"""What the run says: events, a line each, as rewardlab writes them into metrics.jsonl. Ray may lose the last lines
that a worker prints, so workers write into a file of the run folder, and the driver prints what comes there."""

import json
import os
import sys
import threading
from collections.abc import Callable

from lines import Lines

MARK = "rewardlab-event "


class JobError(Exception):
    """What the person who submitted the job can mend, in a sentence."""


def events_file(job: dict) -> str:
    return os.path.join(job["run"], "ray-train", "events.jsonl")


def tell(job: dict, event: dict) -> None:
    with open(events_file(job), "a", encoding="utf-8") as file:
        file.write(json.dumps(event) + "\n")


def say(event: dict) -> None:
    """From the driver."""
    print(MARK + json.dumps(event), flush=True)


def failure(error: JobError, step: int) -> dict:
    return {"type": "end", "reason": "failed", "step": step, "message": str(error)}


def run(main: Callable[[], int]) -> None:
    """Exits as `main` says, or, where the job cannot begin, says why."""
    try:
        sys.exit(main())
    except JobError as error:
        say(failure(error, step=0))
        sys.exit(1)


class Relay:
    """Prints the workers' events while the block runs, each of them before it is left; keeps the last one."""

    def __init__(self, job: dict):
        self.events, self.last = Lines(events_file(job)), None
        self.done = threading.Event()
        os.makedirs(os.path.dirname(self.events.path), exist_ok=True)
        with open(self.events.path, "w", encoding="utf-8"):
            pass

    def __enter__(self) -> "Relay":
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.done.set()
        self.thread.join()
        self._print()

    def _watch(self) -> None:
        while not self.done.wait(0.2):
            self._print()

    def _print(self) -> None:
        for event in self.events.fresh():
            self.last = event
            say(event)
