"""Rollouts of VERL 0.9.1 on processors, for tests: transformers writes in vLLM's place, behind the interfaces that VERL
has for other servers."""

import asyncio
import os

import ray
import torch
import verl.workers.engine.fsdp.transformer_impl as fsdp
from torch.distributed.fsdp import CPUOffloadPolicy
from transformers import AutoModelForCausalLM
from verl.single_controller.ray.base import ResourcePoolManager
from verl.workers.rollout.base import _ROLLOUT_REGISTRY, BaseRollout
from verl.workers.rollout.replica import RolloutReplica, RolloutReplicaRegistry, TokenOutput


class Server:
    """Writes one completion after another."""

    def __init__(self, model_path: str, config):
        torch.set_num_threads(1)
        self.model = AutoModelForCausalLM.from_pretrained(model_path, dtype=torch.float32).eval()
        self.most = config.response_length
        self.lock = asyncio.Lock()
        self.version = None

    async def load(self, weights: dict, version):
        self.model.load_state_dict(weights, strict=False)
        self.model.tie_weights()
        self.version = version

    async def generate(self, prompt_ids, sampling_params, request_id, **_) -> TokenOutput:
        async with self.lock:
            return await asyncio.to_thread(self.write, list(prompt_ids), dict(sampling_params))

    @torch.no_grad()
    def write(self, prompt: list[int], how: dict) -> TokenOutput:
        most = how.get("max_tokens") or self.most
        ends = self.model.generation_config.eos_token_id
        ends = ends if isinstance(ends, list) else [ends]
        temperature = how.get("temperature", 1.0)
        ids, past, chosen, said = torch.tensor([prompt]), None, [], []
        while len(chosen) < most:
            out = self.model(ids, past_key_values=past, use_cache=True)
            past = out.past_key_values
            logs = torch.log_softmax(out.logits[0, -1] / (temperature or 1.0), -1)
            best = int(logs.argmax() if temperature == 0 else torch.multinomial(logs.exp(), 1))
            chosen.append(best)
            said.append(float(logs[best]))
            if best in ends:
                break
            ids = torch.tensor([[best]])
        reason = "completed" if chosen[-1] in ends else "length"
        return TokenOutput(
            token_ids=chosen, log_probs=said, stop_reason=reason, extra_fields={"global_steps": self.version}
        )

    async def nothing(self, *_, **__):
        pass

    wake_up = sleep = clear_kv_cache = release_kv_cache = resume_kv_cache = nothing
    abort_all_requests = resume_generation = start_profile = stop_profile = nothing


def server_name(replica: int) -> str:
    return f"rollout-on-cpu-{ray.get_runtime_context().get_job_id()}-{replica}"


class Replica(RolloutReplica):
    async def launch_servers(self):
        actor = ray.remote(num_cpus=0)(Server)
        server = actor.options(name=server_name(self.replica_rank), max_concurrency=64).remote(
            self.model_config.path, self.config
        )
        self.servers = [server]
        self._server_handle, self._server_address = server, f"replica-{self.replica_rank}"


class ServerAdapter(BaseRollout):
    """In the worker that trains: hands its weights to the server of its replica."""

    def __init__(self, config, model_config, device_mesh, **_):
        super().__init__(config, model_config, device_mesh)
        self.rank = int(os.environ["RANK"])

    async def update_weights(self, weights, global_steps=None, **_):
        whole = {name: tensor.detach().float().cpu().clone() for name, tensor in weights}
        await ray.get_actor(server_name(self.rank)).load.remote(whole, global_steps)

    async def resume(self, tags):
        pass

    async def release(self):
        pass


# A reference model lies in memory that only a GPU can pin, and a resource pool counts GPUs.
fsdp.CPUOffloadPolicy = lambda pin_memory: CPUOffloadPolicy(pin_memory=False)
ResourcePoolManager._check_resource_available = lambda self: None
_ROLLOUT_REGISTRY[("vllm", "async")] = "rollout_on_cpu.ServerAdapter"
RolloutReplicaRegistry.register("vllm", lambda: Replica)
