"""Processes that make a step when they are told to."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OURS = "ours"


class WorkerFailed(Exception):
    """A worker ended or answered something else."""


def environment(threads, configuration, on_gpu=False):
    """Equal for both sides: threads that wait without spinning, and memory that is kept."""
    made = dict(os.environ)
    made |= {
        "OMP_NUM_THREADS": str(threads),
        "OMP_WAIT_POLICY": "PASSIVE",
        "GLIBC_TUNABLES": "glibc.malloc.mmap_threshold=4294967296:glibc.malloc.trim_threshold=4294967296",
        "TOKENIZERS_PARALLELISM": "false",
        "HF_HUB_OFFLINE": "1",
        "HF_DATASETS_OFFLINE": "1",
    }
    if not on_gpu:
        made["CUDA_VISIBLE_DEVICES"] = ""
    if configuration.endswith(HIDDEN):
        # oneDNN then computes bfloat16 as it does on a processor that has no instruction for it.
        made["ONEDNN_MAX_CPU_ISA"] = "AVX512_CORE_VNNI"
    return made


HIDDEN = "-without-native-bfloat16"


def command(case_file, configuration):
    if configuration == OURS:
        return [str(ROOT / "llmforge"), "bench", "--worker", str(case_file)]
    program = Path(__file__).with_name("peer_worker.py")
    return [sys.executable, str(program), str(case_file), configuration.removesuffix(HIDDEN)]


class Worker:
    """One side of a case, alive until it is closed."""

    def __init__(self, case_file, configuration, threads, environ=None, words=None):
        self.configuration = configuration
        self.log_file = case_file.with_name(f"{case_file.stem}-{configuration}.log")
        self.started = time.perf_counter()
        self.log = self.log_file.open("w", encoding="utf-8")
        self.process = subprocess.Popen(
            words or command(case_file, configuration),
            env=environ or environment(threads, configuration),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )

    def wait_until_ready(self, threads):
        ready = self._read()
        if ready.get("threads") != threads:
            raise WorkerFailed(f"{self.configuration} computes with {ready.get('threads')} threads, not {threads}")
        return ready

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self._read()

    def _read(self):
        line = self.process.stdout.readline()
        try:
            return json.loads(line)
        except json.JSONDecodeError:
            tail = "".join(self.log_file.read_text(encoding="utf-8").splitlines(keepends=True)[-15:])
            raise WorkerFailed(f"{self.configuration} said {line!r}; end of {self.log_file}:\n{tail}") from None

    def close(self):
        try:
            self.process.stdin.write("end\n")
            self.process.stdin.close()
            self.process.wait(timeout=30)
        except (BrokenPipeError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.log.close()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()
