"""Every Python of the tests' cluster: VERL is shown processors before all else that it is told to import."""

import os

modules = os.environ.get("VERL_USE_EXTERNAL_MODULES", "").split(",")
if os.environ.get("VERL_PLATFORM") == "cpu" and "verl_on_cpu" not in modules:
    os.environ["VERL_USE_EXTERNAL_MODULES"] = ",".join(["verl_on_cpu", *filter(None, modules)])
