"""Measures a LoRA step on a GPU against Transformers, PEFT and TRL on the same GPU, in turns. See README.md.

Our process lives through a whole case; the peer's configurations are started one after the other beside it, since
two of them do not fit into a GPU's memory at once, and each takes turns with ours.
"""

import argparse
import json
import platform
import shlex
import statistics
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from cases import SHAPES, all_cases
from measure import WARM_UP_STEPS, agreement
from products import operations
from report import line, table
from workers import OURS, ROOT, Worker, WorkerFailed, command, environment

CASES = ("sft-lora-mixed", "sft-lora-equal")
PEERS = {
    "hf-bfloat16-autocast": "TRL, bf16 weights, autocast",
    "hf-bfloat16": "TRL, bf16 weights",
    "hf-default": "TRL as it comes: fp32 weights, bf16 autocast, recomputation",
}
PRECISION = "bfloat16"
# Of the gradient's norm; sides that do not work on the same tokens are further apart.
NORM_BOUND = 0.1
GIBIBYTE = 2**30


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shape", choices=SHAPES, default="gpu", help="gpu, or tiny to try the program out")
    parser.add_argument("--rounds", type=int, default=10, help="measured steps against each peer (10)")
    parser.add_argument("--threads", type=int, default=4, help="threads of every side (4)")
    parser.add_argument("--cases", default=",".join(CASES), help="comma-separated names")
    parser.add_argument("--peers", default=",".join(PEERS), help="comma-separated configurations, or none")
    parser.add_argument("--peak", type=int, default=8192, help="size of the square product that is the peak (8192)")
    parser.add_argument("--worker", help="command that starts our side, before CASE.json; ./llmforge bench --worker")
    parser.add_argument("--folder", type=Path, default=ROOT / ".llmforge/gpu-bench", help="where files go")
    return parser.parse_args(arguments)


def prepare(options):
    folder = options.folder / options.shape
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "adapter").exists():
        program = Path(__file__).with_name("model_files.py")
        subprocess.run([sys.executable, str(program), str(folder), options.shape, PRECISION], check=True)
    return folder


def start(options, case_file, configuration):
    words = command(case_file, configuration)
    if configuration == OURS and options.worker:
        words = [*shlex.split(options.worker), str(case_file)]
    environ = environment(options.threads, configuration, on_gpu=True)
    return Worker(case_file, configuration, options.threads, environ, words)


def measure(options, case, case_file):
    with start(options, case_file, OURS) as ours:
        ready = ours.wait_until_ready(options.threads)
        first = [ours.ask("step") for _ in range(WARM_UP_STEPS)]
        alone = ours.ask("memory")["device_bytes"]
        peaks = [peak(ours, options.peak)]
        sides, failed = {}, {}
        seconds = [ours.ask("step")["seconds"] for _ in range(options.rounds)]
        for name in filter(None, options.peers.split(",")):
            try:
                sides[name] = against(options, case_file, ours, first, name)
            except WorkerFailed as failure:
                failed[name] = str(failure)
                print(failure, file=sys.stderr, flush=True)
            peaks.append(peak(ours, options.peak))
    return {
        "name": case.name,
        "title": case.title,
        "device": ready["device"],
        "rows": len(case.lengths),
        "tokens": case.tokens,
        "padded_tokens": case.padded_tokens,
        "targets": case.targets,
        "operations": operations(case),
        "peak": max(peaks),
        "device_bytes": alone,
        "first": first,
        "seconds_alone": seconds,
        "sides": sides,
        "failed": failed,
    }


def against(options, case_file, ours, first, name):
    """A peer's first steps, and then both sides in turns: ours, peer, peer, ours, ..."""
    before = ours.ask("memory")["device_bytes"]
    with start(options, case_file, name) as peer:
        peer.wait_until_ready(options.threads)
        theirs = [peer.ask("step") for _ in range(WARM_UP_STEPS)]
        device_bytes = peer.ask("memory")["device_bytes"] - before
        seconds = {OURS: [], name: []}
        for number in range(options.rounds):
            for side, worker in ((OURS, ours), (name, peer))[:: 1 if number % 2 == 0 else -1]:
                seconds[side].append(worker.ask("step")["seconds"])
    agreed = agreement(first, theirs, PRECISION)
    agreed |= {"gradient_norm_bound": NORM_BOUND}
    agreed["agrees"] &= agreed["gradient_norm"] <= NORM_BOUND
    print(f"  {name}: ours {seconds[OURS]}, theirs {seconds[name]}", file=sys.stderr, flush=True)
    return {
        "ours": seconds[OURS],
        "theirs": seconds[name],
        "first": theirs,
        "device_bytes": device_bytes,
        "agreement": agreed,
    }


def peak(worker, size):
    return 2 * size**3 / worker.ask(f"product {size} {size} {size}")["seconds"]


def report(case):
    ours = case["seconds_alone"] + [seconds for side in case["sides"].values() for seconds in side["ours"]]
    lines = [
        f"**{case['title']}**: {case['rows']} rows of {case['tokens']} tokens, {case['targets']} of them learned; padded "
        f"they are {case['padded_tokens']}. {case['device']}, best product {case['peak'] / 1e12:.0f} TFLOP/s in {PRECISION}.",
        "",
        *table("", "ms/step", "real tokens/s", "share of peak", "their time / ours", "GPU GiB", "loss agrees to"),
    ]
    lines.append(row(case, "**LLMForge**, bf16, packed", ours, case["device_bytes"], "", ""))
    for name, side in case["sides"].items():
        ratios = [b / a for a, b in zip(side["ours"], side["theirs"])]
        ratio = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        loss = f"{side['agreement']['loss']:.0e}"
        lines.append(row(case, PEERS.get(name, name), side["theirs"], side["device_bytes"], ratio, loss))
    return "\n".join(lines)


def row(case, title, seconds, device_bytes, ratio, loss):
    median = statistics.median(seconds)
    return line(
        title,
        f"{1e3 * median:.1f}",
        f"{case['tokens'] / median:.0f}",
        f"{case['operations'] / median / case['peak']:.2f}",
        ratio,
        f"{device_bytes / GIBIBYTE:.1f}",
        loss,
    )


def main(arguments):
    options = parse(arguments)
    folder = prepare(options)
    cases = all_cases(SHAPES[options.shape])
    measured = []
    for name in options.cases.split(","):
        print(f"{name} ...", file=sys.stderr, flush=True)
        case_file = folder / f"{name}.json"
        memory = {"activation_bytes": 32 * GIBIBYTE, "logits_bytes": GIBIBYTE}
        cases[name].write(case_file, folder / "model", folder / "adapter", precision=PRECISION, **memory)
        measured.append(measure(options, cases[name], case_file))
        # After every case, so that what was measured is there when a later one fails.
        packages = {package: version(package) for package in ("torch", "transformers", "peft", "trl")}
        result = {"python": platform.python_version(), **packages, "rounds": options.rounds, "cases": measured}
        (options.folder / "results.json").write_text(json.dumps(result, indent=1), encoding="utf-8")
        print(report(measured[-1]), flush=True)
    strangers = [
        f"{case['name']}: {name} {side['agreement']}"
        for case in measured
        for name, side in case["sides"].items()
        if not side["agreement"]["agrees"]
    ]
    for stranger in strangers:
        print(f"the losses do not agree, so the times mean nothing: {stranger}", file=sys.stderr)
    return 1 if strangers or any(case["failed"] for case in measured) else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except WorkerFailed as failure:
        sys.exit(f"gpu.py: {failure}")
