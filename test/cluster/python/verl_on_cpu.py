"""VERL 0.9.1 on processors alone, for tests: a platform by VERL's own registry (VERL_USE_EXTERNAL_MODULES), on which
its FSDP engine runs over gloo. VERL does not support this, and nothing outside the tests uses it."""

import contextlib
import os
import types

import torch
import torch.distributed as dist
from verl.plugin.platform.platform_base import PlatformBase
from verl.plugin.platform.platform_manager import PlatformRegistry

ZERO = ("max_memory_allocated", "max_memory_reserved", "memory_allocated", "memory_reserved")
NOTHING = (
    "empty_cache",
    "synchronize",
    "set_device",
    "reset_peak_memory_stats",
    "ipc_collect",
    "manual_seed",
    "manual_seed_all",
    "set_rng_state",
)
ANSWERS = {
    "mem_get_info": (8 << 30, 16 << 30),
    "current_device": torch.device("cpu"),
    "device_count": 1,
    "is_available": True,
    "get_device_name": "cpu",
}


class Device(types.ModuleType):
    """Answers what VERL asks torch.cuda."""

    def __getattr__(self, name: str):
        if name.startswith("__"):
            raise AttributeError(name)
        if name == "get_rng_state":
            return lambda *_, **__: torch.get_rng_state()
        answer = 0 if name in ZERO else None if name in NOTHING else ANSWERS.get(name, self)
        return getattr(torch.cpu, name) if answer is self else lambda *_, **__: answer


@PlatformRegistry.register(platform="cpu")
class Processors(PlatformBase):
    device_name = vendor_name = "cpu"
    device_module = Device("verl_on_cpu_device")

    def is_available(self):
        return True

    def is_platform_available(self, use_smi_check=False):
        return os.environ.get("VERL_PLATFORM") == "cpu"

    def current_device(self):
        return torch.device("cpu")

    def device_count(self):
        return 1

    def set_device(self, device_index):
        pass

    def synchronize(self, device_index=None):
        pass

    def manual_seed(self, seed):
        torch.manual_seed(seed)

    manual_seed_all = manual_seed

    def set_allocator_settings(self, settings):
        pass

    def empty_cache(self):
        pass

    def get_device_capability(self, device_index=0):
        return None, None

    def communication_backend_name(self):
        return "gloo"

    def visible_devices_envvar(self):
        return "VERL_ON_CPU_VISIBLE_DEVICES"

    @contextlib.contextmanager
    def nvtx_range(self, msg):
        yield

    def profiler_start(self):
        pass

    profiler_stop = profiler_start

    def ray_resource_name(self):
        return "CPU"

    def ray_resource_options(self, num_gpus):
        return {"num_cpus": num_gpus}

    def ray_noset_envvars(self):
        return []

    def is_ipc_supported(self):
        return False

    def cudart(self):
        return None


begin = dist.init_process_group


def init_process_group(backend=None, *words, **named):
    """VERL names a backend for the processor and one for the device, which torch refuses where they are the same."""
    return begin("gloo" if backend == "cpu:gloo,cpu:gloo" else backend, *words, **named)


dist.init_process_group = init_process_group
