"""From seconds to ratios, shares and bars."""

import statistics

from measure import bound_by_products
from products import operations
from workers import HIDDEN, OURS

BEST = ("hf-best", "hf-best-chunked")


def derive(case, measured, peak):
    """One case as it is written: facts of its step, and of every side."""
    seconds = measured["products"]["seconds"]
    bound = bound_by_products(case, seconds, peak)
    ours = measured["sides"][OURS]["seconds"]
    sides = {}
    for name, side in measured["sides"].items():
        median = statistics.median(s for s in side["seconds"] if s is not None)
        sides[name] = {
            **side,
            "median_seconds": median,
            "tokens_per_second": case.tokens / median,
            "padded_tokens_per_second": case.padded_tokens / median,
            "share_of_peak": operations(case) / median / peak,
            "share_of_products": bound / median,
            "ratio": pair_ratio(side["seconds"], ours),
        }
    return {
        "name": case.name,
        "title": case.title,
        "rows": len(case.lengths),
        "tokens": case.tokens,
        "padded_tokens": case.padded_tokens,
        "padding_share": case.padding_share,
        "targets": case.targets,
        "operations": operations(case),
        "bound_by_products_seconds": bound,
        "products": [{"size": list(size), "seconds": s} for size, s in seconds.items()],
        "sides": sides,
    }


def pair_ratio(theirs, ours):
    """How many times our time theirs is: median, least and most over the rounds both were measured in."""
    ratios = [b / a for a, b in zip(ours, theirs) if a is not None and b is not None]
    return {"median": statistics.median(ratios), "least": min(ratios), "most": max(ratios)}


def best(case):
    """The peer's fastest float32 configuration of a case."""
    names = [name for name in BEST if name in case["sides"]]
    return min(names, key=lambda name: case["sides"][name]["median_seconds"])


def bars(cases, first_step, native_bfloat16):
    """Every bar with what was measured; None where nothing was."""
    by_name = {case["name"]: case for case in cases}

    def ratio(case, side):
        if case not in by_name:
            return None
        sides = by_name[case]["sides"]
        name = best(by_name[case]) if side == "best" else side
        return sides[name]["ratio"]["median"] if name in sides else None

    def share(case, which):
        return by_name[case]["sides"][OURS][which] if case in by_name else None

    def memory(case):
        if case not in by_name:
            return None
        sides = by_name[case]["sides"]
        return sides[OURS]["peak_resident_bytes"] / min(
            sides[name]["peak_resident_bytes"] for name in BEST if name in sides
        )

    def start():
        if not first_step:
            return None
        medians = {name: statistics.median(values) for name, values in first_step.items()}
        return medians[OURS] / min(medians[name] for name in medians if name != OURS)

    default = "hf-default" + (HIDDEN if native_bfloat16 else "")
    return [
        at_least("LoRA, mixed lengths, against HF-best", ratio("sft-lora-mixed", "best"), 1.7, 2.1),
        at_least("LoRA, mixed lengths, against HF-default without native bfloat16", ratio("sft-lora-mixed", default), 6, 8),
        at_least("LoRA, no padding, against HF-best", ratio("sft-lora-equal", "best"), 1.05, 1.15),
        at_least("full parameter, mixed lengths, against HF-best", ratio("sft-full-mixed", "best"), 1.6, 2.5),
        at_least("DPO against HF-best, references precomputed", ratio("dpo-lora-mixed", "best"), 1.5, 2.2),
        at_least("DPO against HF, references in the step", ratio("dpo-lora-mixed", "hf-in-step"), 2.0, 3.0),
        at_least("share of the step's products, LoRA, mixed lengths", share("sft-lora-mixed", "share_of_products"), 0.65, 0.78),
        at_least("share of the step's products, LoRA, equal lengths", share("sft-lora-equal", "share_of_products"), 0.65, 0.78),
        at_least("share of the step's products, full parameter", share("sft-full-mixed", "share_of_products"), 0.65, 0.78),
        at_least("share of the peak, reference log-probabilities", share("reference-mixed", "share_of_peak"), 0.5, 0.65),
        at_most("peak memory against HF-best, LoRA, mixed lengths", memory("sft-lora-mixed"), 0.8, 0.55),
        at_most("peak memory against HF-best, full parameter", memory("sft-full-mixed"), 0.8, 0.55),
        at_most("peak memory against HF-best, DPO", memory("dpo-lora-mixed"), 0.8, 0.55),
        at_most("time to the first step against HF", start(), 1.0, 0.5),
    ]


def at_least(what, value, must, aim):
    return bar(what, value, must, aim, value is not None and value >= must, value is not None and value >= aim)


def at_most(what, value, must, aim):
    return bar(what, value, must, aim, value is not None and value <= must, value is not None and value <= aim)


def bar(what, value, must, aim, is_met, is_aim_met):
    verdict = "not measured" if value is None else "aim" if is_aim_met else "must" if is_met else "MISSED"
    return {"what": what, "value": value, "must": must, "aim": aim, "verdict": verdict}
