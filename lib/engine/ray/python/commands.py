"""What the run is told while it goes on: lines in a file of the run folder, read between two steps by the first
worker and passed on to the others."""

import json
import os
import time

import torch.distributed as dist


class Commands:
    def __init__(self, job: dict, rank: int, group: dist.ProcessGroup):
        self.path = os.path.join(job["run"], "ray-commands.jsonl")
        self.rank, self.group, self.read = rank, group, 0

    def take(self) -> list[dict]:
        """The commands that have come since; the same for all workers. Waits while the run is paused."""
        found = [self._fresh() if self.rank == 0 else []]
        dist.broadcast_object_list(found, src=0, group=self.group)
        return found[0]

    def _fresh(self) -> list[dict]:
        commands: list[dict] = []
        paused = False
        while True:
            for command in self._lines():
                commands.append(command)
                paused = {"pause": True, "resume": False, "stop": False}.get(command["type"], paused)
            if not paused:
                return commands
            time.sleep(0.2)

    def _lines(self) -> list[dict]:
        if not os.path.exists(self.path):
            return []
        with open(self.path, encoding="utf-8") as file:
            lines = file.read().split("\n")[:-1]  # A last line without an end is still being written.
        fresh = [json.loads(line) for line in lines[self.read :]]
        self.read = len(lines)
        return fresh
