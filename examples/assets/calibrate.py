"""Trains the stories' configs with the reference stack, to choose their sizes and bounds.

    python calibrate.py WORK_FOLDER

Reads each story's finetunejob.yaml, trains what it says in float32 on the CPU with rows in file
order, and prints the loss on the valid rows before and after, the share of held-out answers that are
right word for word, tokens per second and time. Models are written under WORK_FOLDER.
"""

import json
import math
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import torch
import yaml
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, get_scheduler

EXAMPLES = Path(__file__).resolve().parent.parent
STORIES = ("01-causal-lm-from-scratch", "02-instruction-tuning-lora")
IGNORED = -100
LARGEST_GRADIENT_NORM = 1.0

Batch = tuple[torch.Tensor, torch.Tensor]


@dataclass(frozen=True)
class Row:
    tokens: list[int]
    labels: list[int]


def template(prompt_format: dict, role: str, content: str) -> str:
    return prompt_format[role].replace("{instruction}", content.strip())


def encode(tokenizer, config: dict, messages: list[dict]) -> Row:
    prompt_format = config["generation_config"]["prompt_format"]
    parts = [("bos", prompt_format.get("bos", ""))]
    parts += [(turn["role"], template(prompt_format, turn["role"], turn["content"])) for turn in messages]
    every_role = config["task"] == "causal_lm"
    tokens, labels = [], []
    for role, text in parts:
        ids = tokenizer.encode(text, add_special_tokens=False)
        tokens += ids
        labels += ids if every_role or role == "assistant" else [IGNORED] * len(ids)
    return Row(tokens[: config["context_length"]], labels[: config["context_length"]])


def batches(rows: list[Row], size: int, pad: int) -> list[Batch]:
    def padded(row: Row, values: list[int], filler: int, length: int) -> list[int]:
        return values + [filler] * (length - len(row.tokens))

    result = []
    for start in range(0, len(rows), size):
        chunk = rows[start : start + size]
        length = max(len(row.tokens) for row in chunk)
        tokens = [padded(row, row.tokens, pad, length) for row in chunk]
        labels = [padded(row, row.labels, IGNORED, length) for row in chunk]
        result.append((torch.tensor(tokens), torch.tensor(labels)))
    return result


def loss_sum(model, batch: Batch) -> tuple[torch.Tensor, int]:
    tokens, labels = batch
    logits = model(input_ids=tokens).logits[:, :-1].float()
    targets = labels[:, 1:]
    total = torch.nn.functional.cross_entropy(
        logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORED, reduction="sum"
    )
    return total, int((targets != IGNORED).sum())


@torch.no_grad()
def evaluate(model, valid: list[Batch]) -> float:
    model.eval()
    sums = [loss_sum(model, batch) for batch in valid]
    model.train()
    return sum(total.item() for total, _ in sums) / sum(count for _, count in sums)


@torch.no_grad()
def answers_right(model, tokenizer, config: dict, conversations: list[list[dict]]) -> float:
    """Share of first answers that greedy decoding gives word for word."""
    model.eval()
    opening = config["generation_config"]["prompt_format"]["trailing_assistant"]
    right = 0
    for messages in conversations:
        first_answer = next(index for index, turn in enumerate(messages) if turn["role"] == "assistant")
        prompt = encode(tokenizer, config, messages[:first_answer]).tokens
        prompt += tokenizer.encode(opening, add_special_tokens=False)
        written = model.generate(
            input_ids=torch.tensor([prompt]), max_new_tokens=40, do_sample=False,
            eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
        )[0, len(prompt) :]  # fmt: skip
        said = tokenizer.decode(written, skip_special_tokens=True).strip()
        right += said == messages[first_answer]["content"]
    model.train()
    return right / len(conversations)


def load_messages(path: Path) -> list[list[dict]]:
    return [json.loads(line)["messages"] for line in path.read_text(encoding="utf-8").splitlines()]


def train(model, config: dict, rows: list[Row], valid: list[Batch], pad: int) -> None:
    accumulation = config["gradient_accumulation_steps"]
    micro_batches = batches(rows, config["train_batch_size_per_device"], pad)
    steps_per_epoch = math.ceil(len(micro_batches) / accumulation)
    steps = steps_per_epoch * config["num_epochs"]
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=float(config["learning_rate"]), weight_decay=0.0)
    schedule = get_scheduler(config["lr_scheduler_type"], optimizer, config["num_warmup_steps"], steps)
    print(f"  {sum(p.numel() for p in trained)} trained parameters, {steps} steps")
    for epoch in range(config["num_epochs"]):
        for first in range(0, len(micro_batches), accumulation):
            window = micro_batches[first : first + accumulation]
            targets = sum(int((labels[:, 1:] != IGNORED).sum()) for _, labels in window)
            for batch in window:
                total, _ = loss_sum(model, batch)
                (total / targets).backward()
            torch.nn.utils.clip_grad_norm_(trained, LARGEST_GRADIENT_NORM)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
        print(f"  epoch {epoch + 1}: eval_loss {evaluate(model, valid):.4f}", flush=True)


def run(story: str, work: Path) -> None:
    manifest = yaml.safe_load((EXAMPLES / story / "finetunejob.yaml").read_text(encoding="utf-8"))
    config = manifest["spec"]["config"]
    output = manifest["spec"]["outputs"][0]["uri"].removeprefix("pvc://models/")
    own_base = config["model_id"].startswith("pvc://example-data/")
    base = EXAMPLES / "assets/tiny-llama" if own_base else work / config["model_id"].removeprefix("pvc://models/")
    tokenizer = AutoTokenizer.from_pretrained(base)
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    data = EXAMPLES / story / "data"
    talks = {name: load_messages(data / f"{name}.jsonl") for name in ("train", "valid")}
    rows = {name: [encode(tokenizer, config, talk) for talk in talks[name]] for name in talks}
    tokens = sum(len(row.tokens) for row in rows["train"])
    longest = max(len(row.tokens) for both in rows.values() for row in both)
    print(f"{story}: {len(rows['train'])} + {len(rows['valid'])} rows, {tokens} train tokens, longest {longest}")

    torch.manual_seed(0)
    if "lora_config" in config:
        model = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", **config["lora_config"]))
    valid = batches(rows["valid"], config["eval_batch_size_per_device"], tokenizer.pad_token_id)
    answers = config["task"] == "instruction_tuning"
    print(f"  before: eval_loss {evaluate(model, valid):.4f}")
    if answers:
        print(f"  before: held-out answers right {answers_right(model, tokenizer, config, talks['valid']):.3f}")
    start = time.monotonic()
    train(model, config, rows["train"], valid, tokenizer.pad_token_id)
    seconds = time.monotonic() - start
    print(f"  {seconds:.1f} s, {tokens * config['num_epochs'] / seconds:.0f} tokens/s")
    if answers:
        print(f"  after: held-out answers right {answers_right(model, tokenizer, config, talks['valid']):.3f}")
    model.save_pretrained(work / output)
    tokenizer.save_pretrained(work / output)


def main() -> None:
    for story in STORIES:
        run(story, Path(sys.argv[1]))


if __name__ == "__main__":
    main()
