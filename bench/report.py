"""The results as a page."""

from results import best
from workers import HIDDEN, OURS

TITLES = {
    OURS: "**LLMForge**, fp32, packed",
    "hf-best": "HF-best, fp32",
    "hf-best-chunked": "HF-best, fp32, chunked loss",
    "hf-bfloat16": "HF, bf16 weights",
    "hf-in-step": "HF, fp32, references in the step",
    "hf-default": "HF-default",
    "hf-default" + HIDDEN: "HF-default, native bf16 hidden",
}


def markdown(result):
    parts = [facts(result), bars(result["bars"])]
    parts += [case_table(case) for case in result["cases"]]
    if result["first_step"]:
        parts.append(first_steps(result["first_step"]))
    return "\n\n".join(parts) + "\n"


def facts(result):
    machine, settings = result["machine"], result["settings"]
    return (
        f"{machine['processor']}, {machine['threads']} threads of {machine['cores']} cores, "
        f"{machine['memory_gib']} GiB, native bfloat16: {'yes' if machine['native_bfloat16'] else 'no'}; "
        f"{machine['taken_at']}, load {machine['load_at_start']} before, commit {machine['commit']}. "
        f"LLMForge on libtorch {machine['libtorch']}; torch {machine['torch']}, Transformers {machine['transformers']}, "
        f"PEFT {machine['peft']}, TRL {machine['trl']}. Shape `{settings['shape']}`, {settings['rounds']} rounds; "
        f"best matrix product {result['peak_operations_per_second'] / 1e9:.0f} GFLOP/s in float32."
    )


def bars(rows):
    lines = table("bar", "measured", "must", "aim", "reached")
    for row in rows:
        value = "" if row["value"] is None else f"{row['value']:.2f}"
        lines.append(line(row["what"], value, row["must"], row["aim"], row["verdict"]))
    return "\n".join(lines)


def case_table(case):
    lines = [
        f"**{case['title']}**: {case['rows']} rows of {case['tokens']} tokens, {case['targets']} of them learned; "
        f"padded they are {case['padded_tokens']}, of which {case['padding_share']:.0%} is padding.",
        "",
    ]
    lines += table(
        "", "s/step", "real tokens/s", "with padding", "share of peak", "their time / ours", "peak GiB", "loss agrees to"
    )
    for name, side in case["sides"].items():
        ratio = side["ratio"]
        marked = " (fastest)" if name != OURS and len(case["sides"]) > 2 and name == best(case) else ""
        lines.append(
            line(
                TITLES[name] + marked,
                f"{side['median_seconds']:.2f}",
                f"{side['tokens_per_second']:.0f}",
                f"{side['padded_tokens_per_second']:.0f}",
                f"{side['share_of_peak']:.2f}",
                "" if name == OURS else f"{ratio['median']:.2f} ({ratio['least']:.2f} to {ratio['most']:.2f})",
                f"{side['peak_resident_bytes'] / 2**30:.2f}",
                "" if name == OURS else f"{side['agreement']['loss']:.0e}",
            )
        )
    ours = case["sides"][OURS]
    lines += ["", f"Of our step, {ours['share_of_products']:.0%} is the best time of its matrix products alone."]
    return "\n".join(lines)




def first_steps(seconds):
    lines = ["**Time to the first step**: seconds from the start of the process to the end of its first step.", ""]
    lines += table("", "seconds, in the order they were taken")
    for name, values in seconds.items():
        lines.append(line(TITLES[name], ", ".join(f"{value:.1f}" for value in values)))
    return "\n".join(lines)


def table(*heads):
    return [line(*heads), line(*["---"] * len(heads))]


def line(*cells):
    return "| " + " | ".join(str(cell) for cell in cells) + " |"
