"""What Ray starts: looks whether it can write where it is told, then trains on the workers. Ends with 3 where the run
was stopped, so that Ray does not call it a success."""

import json

import ray
from ray.train import RunConfig, ScalingConfig
from ray.train.torch import TorchConfig, TorchTrainer

from bradley_terry import train
from report import Relay, run
from run_folder import refuse_unseen


def main() -> int:
    with open("job.json", encoding="utf-8") as file:
        job = json.load(file)
    refuse_unseen(job)
    ray.init()
    cuda = job["device"] == "cuda"
    per_worker = {"CPU": job["threads"], **({"GPU": 1} if cuda else {})}
    trainer = TorchTrainer(
        train,
        train_loop_config=job,
        scaling_config=ScalingConfig(
            num_workers=job["workers"], use_gpu=cuda, resources_per_worker=per_worker
        ),
        torch_config=TorchConfig(backend="nccl" if cuda else "gloo"),
        run_config=RunConfig(name="ray-train", storage_path=job["run"]),
    )
    with Relay(job) as relay:
        trainer.fit()
    return {"done": 0, "stopped": 3}[relay.last["reason"]]


if __name__ == "__main__":
    run(main)
