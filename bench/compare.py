"""Measures the trainer against Transformers, PEFT and TRL, turn by turn, on this machine. See README.md."""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import docs
import machine
from cases import SHAPES, all_cases
from measure import first_steps, measure
from report import markdown
from results import bars, derive
from workers import HIDDEN, OURS, ROOT, WorkerFailed, environment


def configurations(case, native_bfloat16):
    if case.task == "reference":
        return [OURS, "hf-best"]
    if case.task == "preference":
        # Not hf-default: in bf16 its loss is off by a fifth after two updates, which is not the same work.
        return [OURS, "hf-best", "hf-in-step"]
    names = [OURS, "hf-best", "hf-best-chunked", "hf-default"]
    if native_bfloat16 and case.name == "sft-lora-mixed":
        names += ["hf-bfloat16", "hf-default" + HIDDEN]
    return names


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shape", choices=SHAPES, default="real", help="real, or tiny to try the program out")
    parser.add_argument("--rounds", type=int, default=5, help="measured steps of every side (5)")
    parser.add_argument("--threads", type=int, default=2, help="threads of every side (2)")
    parser.add_argument("--cases", help="comma-separated names; all by default")
    parser.add_argument("--starts", type=int, default=3, help="how often a first step is timed (3)")
    parser.add_argument("--folder", type=Path, default=ROOT / ".llmforge/bench", help="where files go")
    parser.add_argument("--docs", action="store_true", help="measure growth too, and put all into docs/performance.md")
    return parser.parse_args(arguments)


def prepare(options):
    """Builds the trainer and writes the files that both sides read."""
    subprocess.run([str(ROOT / "llmforge"), "build"], check=True)
    folder = options.folder / options.shape
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "adapter").exists():
        program = Path(__file__).with_name("model_files.py")
        subprocess.run([sys.executable, str(program), str(folder), options.shape], check=True)
    return folder


def main(arguments):
    options = parse(arguments)
    facts = machine.facts(options.threads)
    native = facts["native_bfloat16"]
    cases = all_cases(SHAPES[options.shape])
    wanted = options.cases.split(",") if options.cases else list(cases)
    folder = prepare(options)
    measured, files = {}, {}
    for name in wanted:
        print(f"{name} ...", file=sys.stderr, flush=True)
        files[name] = folder / f"{name}.json"
        cases[name].write(files[name], folder / "model", folder / "adapter")
        sides = configurations(cases[name], native)
        measured[name] = measure(cases[name], files[name], sides, options.rounds, options.threads)
    starts = {}
    if options.starts and "sft-lora-mixed" in files:
        print("first steps ...", file=sys.stderr, flush=True)
        starts = first_steps(files["sft-lora-mixed"], [OURS, "hf-best-chunked"], options.starts, options.threads)
    return finish(options, facts, {name: cases[name] for name in wanted}, measured, starts)


def finish(options, facts, cases, measured, starts):
    """Writes the results; gives the exit code: 0 when both sides computed the same."""
    peak = max(peak for one in measured.values() for peak in one["products"]["peaks"])
    derived = [derive(case, measured[name], peak) for name, case in cases.items()]
    result = {
        "machine": facts,
        "settings": {"shape": options.shape, "rounds": options.rounds, "starts": options.starts},
        "peak_operations_per_second": peak,
        "bars": bars(derived, starts, facts["native_bfloat16"]),
        "cases": derived,
        "first_step": starts,
    }
    numbers = options.folder / "results.json"
    numbers.write_text(json.dumps(result, indent=1), encoding="utf-8")
    page = markdown(result)
    (options.folder / "results.md").write_text(page, encoding="utf-8")
    print(page)
    strangers = [
        f"{case['name']}: {name} {side['agreement']}"
        for case in derived
        for name, side in case["sides"].items()
        if not side["agreement"]["agrees"]
    ]
    if options.docs and not strangers:
        docs.put(page, growth(options.threads), numbers)
    for stranger in strangers:
        print(f"the losses do not agree, so the times mean nothing: {stranger}", file=sys.stderr)
    return 1 if strangers else 0


def growth(threads):
    """The table of `./llmforge bench --growth`, which draws its picture itself."""
    print("growth ...", file=sys.stderr, flush=True)
    command = [str(ROOT / "llmforge"), "bench", "--growth", str(docs.PLOT)]
    return subprocess.run(
        command, check=True, capture_output=True, text=True, env=environment(threads, OURS)
    ).stdout


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except WorkerFailed as failure:
        sys.exit(f"compare.py: {failure}")
