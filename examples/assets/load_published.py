"""Loads what stories 01 and 02 published with transformers and PEFT, and measures it again.

    python load_published.py MODELS_FOLDER

MODELS_FOLDER is the folder of claim `models`. The losses must equal the last eval_loss of the two
jobs' statuses; the share of right answers is what no status tells.
"""

import sys
from pathlib import Path

import torch
import yaml
from calibrate import EXAMPLES, STORIES, answers_right, batches, encode, evaluate, load_messages
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer


def main() -> None:
    models = Path(sys.argv[1])
    tokenizer = AutoTokenizer.from_pretrained(models / "harbour-log")
    model = AutoModelForCausalLM.from_pretrained(models / "harbour-log", dtype=torch.float32)
    for story in STORIES:
        manifest = yaml.safe_load((EXAMPLES / story / "finetunejob.yaml").read_text(encoding="utf-8"))
        config = manifest["spec"]["config"]
        if "lora_config" in config:
            model = PeftModel.from_pretrained(model, models / "harbour-master")
        talks = load_messages(EXAMPLES / story / "data/valid.jsonl")
        rows = [encode(tokenizer, config, talk) for talk in talks]
        valid = batches(rows, config["eval_batch_size_per_device"], tokenizer.pad_token_id)
        print(f"{story}: eval_loss {evaluate(model, valid):.4f}")
        if config["task"] == "instruction_tuning":
            print(f"  held-out answers right {answers_right(model, tokenizer, config, talks):.3f}")


if __name__ == "__main__":
    main()
