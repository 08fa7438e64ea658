"""Trains the config of story 04 with the reference stack, or measures what the story published.

    python calibrate_labels.py                   train, to choose sizes and bounds
    python calibrate_labels.py MODELS_FOLDER     load what lies in the folder of claim `models`

Prints, for the valid rows, what the job's status has: loss at the label, accuracy, macro F1, mean
average precision and label mass. Of a published model they must equal the status's best step.
"""

import json
import math
import random
import sys
import time
from pathlib import Path

import numpy
import torch
import yaml
from peft import LoraConfig, PeftModel, get_peft_model
from sklearn.metrics import accuracy_score, average_precision_score, f1_score
from transformers import AutoModelForCausalLM, AutoTokenizer, get_scheduler

EXAMPLES = Path(__file__).resolve().parent.parent
STORY = EXAMPLES / "04-classification"
BASE = EXAMPLES / "assets/tiny-llama"
LARGEST_GRADIENT_NORM = 1.0

Row = tuple[list[int], int]


def configuration() -> tuple[dict, str]:
    spec = yaml.safe_load((STORY / "finetunejob.yaml").read_text(encoding="utf-8"))["spec"]
    return spec["config"], spec["outputs"][0]["uri"].removeprefix("pvc://models/")


def rows(tokenizer, config: dict, name: str) -> list[Row]:
    """Prompts that end where the label is due, each with the number of its label."""
    labels = config["classifier_config"]["label_tokens"]
    form = config["generation_config"]["prompt_format"]
    result = []
    for line in (STORY / f"data/{name}.jsonl").read_text(encoding="utf-8").splitlines():
        said, label = (message["content"] for message in json.loads(line)["messages"])
        text = form["bos"] + form["user"].replace("{instruction}", said) + form["trailing_assistant"]
        result.append((tokenizer.encode(text, add_special_tokens=False), labels.index(label)))
    return result


def logits(model, batch: list[Row]) -> torch.Tensor:
    """[rows, vocabulary] at the last token of each prompt; padding stands behind it."""
    length = max(len(tokens) for tokens, _ in batch)
    tokens = torch.tensor([tokens + [0] * (length - len(tokens)) for tokens, _ in batch])
    last = torch.tensor([len(tokens) - 1 for tokens, _ in batch])
    return model(input_ids=tokens).logits[torch.arange(len(batch)), last].float()


@torch.no_grad()
def measured(model, valid: list[Row], ids: list[int]) -> str:
    model.eval()
    scores = torch.cat([logits(model, valid[first : first + 32]) for first in range(0, len(valid), 32)])
    model.train()
    truth = numpy.array([label for _, label in valid])
    among_labels = torch.softmax(scores[:, ids].double(), -1).numpy()
    predicted = among_labels.argmax(1)
    loss = torch.nn.functional.cross_entropy(scores, torch.tensor([ids[label] for label in truth]))
    precisions = [average_precision_score(truth == label, among_labels[:, label]) for label in range(len(ids))]
    mass = torch.softmax(scores, -1)[:, ids].sum(1).mean()
    return (
        f"eval_loss {loss:.4f} accuracy {accuracy_score(truth, predicted):.4f} "
        f"f1 {f1_score(truth, predicted, average='macro'):.4f} prauc {numpy.mean(precisions):.4f} "
        f"label_mass {mass:.4f}"
    )


def with_labels(config: dict) -> tuple:
    tokenizer = AutoTokenizer.from_pretrained(BASE)
    tokenizer.add_tokens(config["classifier_config"]["label_tokens"], special_tokens=True)
    model = AutoModelForCausalLM.from_pretrained(BASE, dtype=torch.float32)
    known = model.get_input_embeddings().weight.shape[0]
    model.resize_token_embeddings(len(tokenizer), mean_resizing=False)
    with torch.no_grad():
        matrix = model.get_input_embeddings().weight
        matrix[known:] = matrix[:known].mean(0)
    return tokenizer, model


def train() -> None:
    config, _ = configuration()
    tokenizer, model = with_labels(config)
    ids = tokenizer.convert_tokens_to_ids(config["classifier_config"]["label_tokens"])
    torch.manual_seed(0)
    model = get_peft_model(
        model, LoraConfig(task_type="CAUSAL_LM", trainable_token_indices=ids, **config["lora_config"])
    )
    learned, valid = rows(tokenizer, config, "train"), rows(tokenizer, config, "valid")
    size = config["train_batch_size_per_device"]
    steps = math.ceil(len(learned) / size) * config["num_epochs"]
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=float(config["learning_rate"]), weight_decay=0.0)
    schedule = get_scheduler(config["lr_scheduler_type"], optimizer, config["num_warmup_steps"], steps)
    print(f"before: {measured(model, valid, ids)}")
    start, order = time.monotonic(), random.Random(0)
    for epoch in range(config["num_epochs"]):
        order.shuffle(learned)
        for first in range(0, len(learned), size):
            batch = learned[first : first + size]
            targets = torch.tensor([ids[label] for _, label in batch])
            torch.nn.functional.cross_entropy(logits(model, batch), targets).backward()
            torch.nn.utils.clip_grad_norm_(trained, LARGEST_GRADIENT_NORM)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
        print(f"epoch {epoch + 1}: {measured(model, valid, ids)} {time.monotonic() - start:.1f} s", flush=True)


def published(models: Path) -> None:
    """The merged model, and the adapter beside it on the base with labels: both must measure alike."""
    config, output = configuration()
    tokenizer = AutoTokenizer.from_pretrained(models / output)
    ids = tokenizer.convert_tokens_to_ids(config["classifier_config"]["label_tokens"])
    valid = rows(tokenizer, config, "valid")
    merged = AutoModelForCausalLM.from_pretrained(models / output, dtype=torch.float32)
    print(f"merged: {measured(merged, valid, ids)}")
    _, base = with_labels(config)
    adapted = PeftModel.from_pretrained(base, models / output / "adapter")
    print(f"adapter: {measured(adapted, valid, ids)}")


def main() -> None:
    if len(sys.argv) > 1:
        published(Path(sys.argv[1]))
    else:
        train()


if __name__ == "__main__":
    main()
