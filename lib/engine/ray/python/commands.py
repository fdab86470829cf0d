"""What the run is told while it goes on: lines in a file of the run folder, read between two steps by the first
worker and passed on to the others."""

import time

import torch.distributed as dist

from lines import Lines
from run_folder import commands_file


class Commands:
    def __init__(self, job: dict, rank: int, group: dist.ProcessGroup):
        self.lines = Lines(commands_file(job))
        self.rank, self.group = rank, group

    def take(self) -> list[dict]:
        """The commands that have come since; the same for all workers. Waits while the run is paused."""
        found = [self._fresh() if self.rank == 0 else []]
        dist.broadcast_object_list(found, src=0, group=self.group)
        return found[0]

    def _fresh(self) -> list[dict]:
        commands: list[dict] = []
        paused = False
        while True:
            for command in self.lines.fresh():
                commands.append(command)
                paused = {"pause": True, "resume": False, "stop": False}.get(command["type"], paused)
            if not paused:
                return commands
            time.sleep(0.2)
