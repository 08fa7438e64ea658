"""Runs one case on all sides, turn by turn."""

import contextlib
import sys
import time

from products import attention_operations, products
from workers import HIDDEN, OURS, Worker

# Steps before the clock counts; their losses are compared.
WARM_UP_STEPS = 3
# In float32 both sides do the same arithmetic in another order; bfloat16 has eight bits of fraction.
LOSS_BOUND = {"float32": 1e-5, "bfloat16": 3e-2}
NORM_BOUND = {"float32": 1e-3, "bfloat16": 3e-1}
# Slow and not close to any bar: measured in every other round.
SLOW = ("hf-default",)


def precision(configuration):
    low = configuration.removesuffix(HIDDEN) in ("hf-default", "hf-bfloat16")
    return "bfloat16" if low else "float32"


def measure(case, case_file, configurations, rounds, threads):
    """Seconds, losses and peak memory of every configuration, and what the machine's products take."""
    with contextlib.ExitStack() as stack:
        workers = {}
        for name in configurations:
            workers[name] = stack.enter_context(Worker(case_file, name, threads))
            workers[name].wait_until_ready(threads)
        first = {name: [worker.ask("step") for _ in range(WARM_UP_STEPS)] for name, worker in workers.items()}
        seconds = {name: [None] * rounds for name in workers}
        peaks, products_alone = [], []
        for number in range(rounds):
            for name, worker in workers.items():
                if number % 2 == 0 or not name.startswith(SLOW):
                    seconds[name][number] = worker.ask("step")["seconds"]
            peaks.append(square_peak(workers[OURS]))
            products_alone.append(product_seconds(workers[OURS], case))
            tell(number, seconds)
        memory = {name: worker.ask("memory")["peak_resident_bytes"] for name, worker in workers.items()}
        return {
            "sides": {
                name: {
                    "seconds": seconds[name],
                    "losses": [step["loss"] for step in first[name]],
                    "gradient_norms": [step["gradient_norm"] for step in first[name]],
                    "peak_resident_bytes": memory[name],
                    "precision": precision(name),
                    "agreement": agreement(first[OURS], first[name], precision(name)),
                }
                for name in workers
            },
            "products": {"peaks": peaks, "seconds": {size: min(one[size] for one in products_alone) for size in products_alone[0]}},
        }


def tell(number, seconds):
    taken = ", ".join(f"{name} {s[number]:.2f}" for name, s in seconds.items() if s[number] is not None)
    print(f"  round {number + 1}: {taken}", file=sys.stderr, flush=True)


def square_peak(worker):
    size = 2048
    return 2 * size**3 / worker.ask(f"product {size} {size} {size}")["seconds"]


def product_seconds(worker, case):
    """Seconds of every distinct product of the case's step."""
    sizes = {size for size, _ in products(case)}
    return {size: worker.ask("product %d %d %d" % size)["seconds"] for size in sorted(sizes)}


def bound_by_products(case, measured, peak):
    """Seconds of the step if it consisted of its matrix products, each at its own best speed; attention at the peak."""
    linear = sum(measured[size] * times for size, times in products(case))
    return linear + attention_operations(case) / peak


def agreement(ours, theirs, numbers):
    loss = max(abs(a["loss"] - b["loss"]) / abs(b["loss"]) for a, b in zip(ours, theirs))
    norm = max(
        abs(a["gradient_norm"] - b["gradient_norm"]) / max(b["gradient_norm"], 1e-12) for a, b in zip(ours, theirs)
    )
    return {
        "loss": loss,
        "gradient_norm": norm,
        "loss_bound": LOSS_BOUND[numbers],
        "gradient_norm_bound": NORM_BOUND[numbers],
        "agrees": loss <= LOSS_BOUND[numbers] and norm <= NORM_BOUND[numbers],
    }


def first_steps(case_file, configurations, rounds, threads):
    """Seconds from the start of a process to the end of its first step, one process after the other."""
    seconds = {name: [] for name in configurations}
    for _ in range(rounds):
        for name in configurations:
            with Worker(case_file, name, threads) as worker:
                worker.wait_until_ready(threads)
                worker.ask("step")
                seconds[name].append(time.perf_counter() - worker.started)
    return seconds


