"""What the numbers were taken on."""

import os
import platform
import re
import subprocess
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

from workers import ROOT

PACKAGES = ["torch", "transformers", "peft", "trl", "accelerate"]


def has_native_bfloat16():
    return bool({"avx512_bf16", "amx_bf16"} & set(_cpu("flags").split()))


def facts(threads):
    return {
        "taken_at": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%MZ"),
        "processor": _cpu("model name"),
        "cores": os.cpu_count(),
        "threads": threads,
        "native_bfloat16": has_native_bfloat16(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "load_at_start": round(os.getloadavg()[0], 2),
        "commit": _output("git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD"),
        "libtorch": _libtorch(),
        "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
    }


def _cpu(key):
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.split("\t")[0] == key:
            return line.split(":", 1)[1].strip()
    return "unknown"


def _libtorch():
    names = [jar.name for jar in (ROOT / "trainer-image/target/trainer/lib").glob("pytorch-native-cpu-*.jar")]
    found = re.search(r"cpu-([0-9.]+)-", names[0]) if names else None
    return found.group(1) if found else "unknown"


def _output(*command):
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return result.stdout.strip() or "unknown"
