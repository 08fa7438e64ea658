"""Loads what story 05 published with transformers and PEFT, and measures it again.

    python load_preferences.py MODELS_FOLDER

MODELS_FOLDER is the folder of claim `models`. Prints loss, reward accuracy and margin on the valid
pairs; they must equal those of the job's best step.
"""

import json
import sys
from pathlib import Path

import torch
import yaml
from calibrate import EXAMPLES, IGNORED, Batch, batches, encode
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

STORY = EXAMPLES / "05-preference-tuning"


@torch.no_grad()
def log_probabilities(model, rows: list[Batch]) -> torch.Tensor:
    """[rows]: the sum over each row's answer."""
    model.eval()
    sums = []
    for tokens, labels in rows:
        logits = model(input_ids=tokens).logits[:, :-1].float()
        targets = labels[:, 1:]
        each = torch.log_softmax(logits, -1).gather(2, targets.clamp_min(0).unsqueeze(2)).squeeze(2)
        sums.append((each * (targets != IGNORED)).sum(1))
    return torch.cat(sums)


def main() -> None:
    models = Path(sys.argv[1])
    spec = yaml.safe_load((STORY / "finetunejob.yaml").read_text(encoding="utf-8"))["spec"]
    config = spec["config"]
    tokenizer = AutoTokenizer.from_pretrained(models / "harbour-log")
    pairs = [json.loads(line) for line in (STORY / "data/valid.jsonl").read_text(encoding="utf-8").splitlines()]

    def rows(side: str) -> list[Batch]:
        encoded = [encode(tokenizer, config, pair[side]) for pair in pairs]
        return batches(encoded, config["eval_batch_size_per_device"], tokenizer.pad_token_id)

    chosen, rejected = rows("chosen"), rows("rejected")
    model = AutoModelForCausalLM.from_pretrained(models / "harbour-log", dtype=torch.float32)
    reference = log_probabilities(model, chosen) - log_probabilities(model, rejected)
    model = PeftModel.from_pretrained(model, models / spec["outputs"][0]["uri"].removeprefix("pvc://models/"))
    policy = log_probabilities(model, chosen) - log_probabilities(model, rejected)
    margins = config["preference_tuning_config"]["beta"] * (policy - reference)
    print(
        f"eval_loss {-torch.nn.functional.logsigmoid(margins).mean():.6f} "
        f"rewards/accuracies {(margins > 0).float().mean():.6f} rewards/margins {margins.mean():.5f}"
    )


if __name__ == "__main__":
    main()
