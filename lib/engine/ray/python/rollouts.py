"""What the policy wrote at a step, which VERL leaves in files of the run folder: each is read once and taken away."""

import os
import shutil

from judge_reward import Judge
from lines import Lines

SHOWN = 8
MOST = {"prompt": 1500, "completion": 4000}


class Rollouts:
    def __init__(self, job: dict):
        self.folder = os.path.join(job["run"], "rollouts")
        shutil.rmtree(self.folder, ignore_errors=True)  # An earlier attempt's.
        self.judge = Judge()

    def whole(self, split: str, step: int) -> bool:
        try:
            with open(self._path(split, step), encoding="utf-8") as file:
                return file.read().endswith("\n")
        except OSError:
            return False

    def take(self, split: str, step: int) -> tuple[dict, list[dict]]:
        """Metrics of a step's completions, and some of them to look at: of the first prompt the best and the worst, of a
        validation, which has its metrics, the first ones. Nothing where there is no whole file."""
        if not self.whole(split, step):
            return {}, []
        path = self._path(split, step)
        rows = Lines(path).fresh()
        os.remove(path)
        if split == "validation":
            return {}, [sample(self._judged(row)) for row in rows[:SHOWN]]
        rows = [self._judged(row) for row in rows]
        groups: dict[str, list[dict]] = {}
        for row in rows:
            groups.setdefault(row["uid"].rsplit("_", 2)[0], []).append(row)
        even = [len({row["score"] for row in group}) == 1 for group in groups.values()]
        metrics = {
            "accuracy": mean([row["verdict"]["accuracy"] for row in rows]),
            "parse_rate": mean([row["verdict"]["parsed"] for row in rows]),
            "zero_variance": mean(even),
        }
        first = sorted(next(iter(groups.values())), key=lambda row: -row["score"])
        return metrics, [sample(row) for row in [first[0], *first[1:][-1:]]]

    def _judged(self, row: dict) -> dict:
        return row | {"verdict": self.judge.ask(row["output"], {"truth": row["gts"], "source": "judge"})}

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def _path(self, split: str, step: int) -> str:
        return os.path.join(self.folder, split, f"{step}.jsonl")


def sample(row: dict) -> dict:
    verdict = row["verdict"]
    return {
        "prompt": shortened(row["input"], MOST["prompt"]),
        "completion": shortened(row["output"], MOST["completion"]),
        "values": {"predicted": verdict["predicted"], "truth": row["gts"], "reward": row["score"]},
    }


def shortened(text: str, most: int) -> str:
    """A long text without its middle."""
    return text if len(text) <= most else f"{text[: most // 2]} … {text[-(most // 2) :]}"


def mean(values: list) -> float:
    return sum(values) / len(values)
