"""The run folder is shared with whoever submitted the job, or there is nowhere to write to."""

import json
import os

from report import JobError


def commands_file(job: dict) -> str:
    """Where a run is told what to do while it goes on."""
    return os.path.join(job["run"], "ray-commands.jsonl")


def refuse_unseen(job: dict) -> None:
    try:
        with open(os.path.join(job["run"], "ray.json"), encoding="utf-8") as file:
            seen = json.load(file)["submission"] == job["submission"]
    except OSError:
        seen = False
    if not seen:
        raise JobError(
            f"the cluster does not see the run folder '{job['run']}'\n"
            "  name one on a file system that it shares with this machine: --output-dir"
        )
    if not os.path.isdir(job["model"]):
        raise JobError(
            f"the cluster does not see the model '{job['model']}', which is too large to be uploaded\n"
            "  put it on a file system that the cluster shares with this machine"
        )
