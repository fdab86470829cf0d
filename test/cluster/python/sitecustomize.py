"""Every Python of the tests' cluster: VERL is shown processors before all else that it is told to import."""

import os

OURS = ["verl_on_cpu", "rollout_on_cpu"]
modules = os.environ.get("VERL_USE_EXTERNAL_MODULES", "").split(",")
if os.environ.get("VERL_PLATFORM") == "cpu":
    others = [name for name in modules if name and name not in OURS]
    os.environ["VERL_USE_EXTERNAL_MODULES"] = ",".join([*OURS, *others])
