"""The model, the rows and the cases that both sides get."""

import dataclasses
import json
import random

LEARNING_RATE = 1e-4
LORA_RANK = 16
LORA_TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
SEED = 20261126


@dataclasses.dataclass(frozen=True)
class Shape:
    """A Qwen2 shape with tied embeddings, and the lengths of the rows of one optimizer step."""

    hidden: int
    feed_forward: int
    layers: int
    query_heads: int
    key_value_heads: int
    vocabulary: int
    equal_lengths: tuple
    mixed_lengths: tuple

    @property
    def head_size(self):
        return self.hidden // self.query_heads


def log_uniform(shortest, longest, count):
    """Lengths as common, on a logarithmic scale, when they are short as when they are long."""
    return tuple(round(shortest * (longest / shortest) ** (i / (count - 1))) for i in range(count))


SHAPES = {
    # A layer of Qwen2.5-0.5B; four of them, so that a step takes seconds on two cores.
    "real": Shape(896, 4864, 4, 14, 2, 32_000, (128,) * 6, log_uniform(32, 256, 8)),
    # The sizes of Llama 3.2 1B, for gpu.py.
    "gpu": Shape(2048, 8192, 16, 32, 8, 128_256, (2048,) * 8, log_uniform(128, 2048, 8)),
    # To try the program out. Its numbers mean nothing.
    "tiny": Shape(128, 352, 2, 4, 2, 1_000, (24,) * 4, log_uniform(8, 64, 8)),
}


@dataclasses.dataclass(frozen=True)
class Case:
    """What a step is made of.

    `documents` are lists of token ids with labels as Transformers lays them: -100 where nothing is learned.
    In a preference case they are chosen, rejected, chosen, rejected, ... and `prompts` says how many tokens of
    each the pair shares.
    """

    name: str
    title: str
    shape: Shape
    task: str
    adapted: bool
    documents: tuple
    prompts: tuple = ()

    @property
    def lengths(self):
        return [len(document["ids"]) for document in self.documents]

    @property
    def tokens(self):
        return sum(self.lengths)

    @property
    def padded_tokens(self):
        return max(self.lengths) * len(self.lengths)

    @property
    def padding_share(self):
        return 1 - self.tokens / self.padded_tokens

    @property
    def targets(self):
        return sum(label != -100 for document in self.documents for label in document["labels"][1:])

    def write(self, path, model, adapter, **options):
        """`options` are of our side alone: precision, activation_bytes, logits_bytes."""
        content = {
            "task": self.task,
            "model": str(model),
            "adapter": str(adapter) if self.adapted else None,
            "learning_rate": LEARNING_RATE,
            "documents": self.documents,
            "prompts": self.prompts,
            **options,
        }
        path.write_text(json.dumps(content))


def all_cases(shape):
    """The cases by name, in the order in which they are measured."""
    equal = documents(shape, shape.equal_lengths)
    mixed = documents(shape, shape.mixed_lengths)
    pairs, prompts = preference_pairs(shape, shape.mixed_lengths)
    cases = [
        Case("sft-lora-mixed", "SFT, LoRA, mixed lengths", shape, "supervised", True, mixed),
        Case("sft-lora-equal", "SFT, LoRA, equal lengths", shape, "supervised", True, equal),
        Case("sft-full-mixed", "SFT, full parameter, mixed lengths", shape, "supervised", False, mixed),
        Case("dpo-lora-mixed", "DPO, LoRA, mixed lengths", shape, "preference", True, pairs, prompts),
        Case("reference-mixed", "reference log-probabilities, mixed lengths", shape, "reference", True, mixed),
    ]
    return {case.name: case for case in cases}


def documents(shape, lengths):
    """Random tokens; the second half of each document is learned."""
    generator = random.Random(SEED)
    return tuple(document(shape, length, length // 2, generator) for length in lengths)


def document(shape, length, prompt, generator):
    # 0 and 1 are the tokenizer's padding and end.
    ids = [generator.randrange(2, shape.vocabulary) for _ in range(length)]
    return {"ids": ids, "labels": [-100] * prompt + ids[prompt:]}


def preference_pairs(shape, lengths):
    """Pairs of a long and a short answer to one prompt, a third of the shorter text."""
    generator = random.Random(SEED + 1)
    made, prompts = [], []
    half = len(lengths) // 2
    for short, long in zip(lengths[:half], lengths[half:]):
        prompt = max(1, short // 3)
        first, second = (document(shape, n, prompt, generator) for n in (long, short))
        second["ids"][:prompt] = first["ids"][:prompt]
        made += [first, second]
        prompts += [prompt, prompt]
    return tuple(made), tuple(prompts)
