"""The peer's side of a comparison: Transformers, PEFT and TRL, one optimizer step for every line `step` it reads.

usage: peer_worker.py CASE.json CONFIGURATION

Speaks the language of io.llmforge.trainer.bench.BenchmarkWorker: one line of JSON for each line of input.
A step's time begins when the line is read and ends when the optimizer has changed the weights. The batch has been
collated before, which is time that only the peer is spared.
"""

import json
import os
import resource
import sys
import time

# Everything that libraries print goes to standard error; answers alone go to standard output.
answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)

import torch  # noqa: E402
import transformers  # noqa: E402
from datasets import Dataset  # noqa: E402
from peft import PeftConfig, set_peft_model_state_dict  # noqa: E402
from safetensors.torch import load_file  # noqa: E402

# What each configuration changes of TRL as it comes.
CONFIGURATIONS = {
    "hf-default": {},
    "hf-best": {"precision": "float32", "recompute": False, "loss_type": "nll"},
    "hf-best-chunked": {"precision": "float32", "recompute": False, "loss_type": "chunked_nll"},
    "hf-bfloat16": {"precision": "bfloat16", "recompute": False, "loss_type": "chunked_nll"},
    "hf-bfloat16-autocast": {"precision": "bfloat16", "autocast": True, "recompute": False, "loss_type": "chunked_nll"},
    "hf-in-step": {"precision": "float32", "recompute": False, "reference": "in-step"},
}


def answer(**content):
    answers.write(json.dumps(content) + "\n")


def memory():
    """As BenchmarkWorker answers."""
    device_bytes = 0
    if torch.cuda.is_available():
        free, total = torch.cuda.mem_get_info()
        device_bytes = total - free
    return {
        "peak_resident_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "device_bytes": device_bytes,
    }


class Commands:
    """The lines on standard input, up to and including the next `step`."""

    def wait_for_step(self):
        for line in sys.stdin:
            word = line.split()[0]
            if word == "step":
                return time.perf_counter()
            if word == "memory":
                answer(**memory())
            elif word == "end":
                break
            else:
                raise ValueError(f"unknown command {line!r}")
        answers.flush()
        os._exit(0)


class OneStepAtATime(transformers.TrainerCallback):
    """Holds the trainer at the beginning of every step until one is asked for."""

    def __init__(self):
        self.commands = Commands()

    def on_train_begin(self, args, state, control, **kwargs):
        answer(ready=True, threads=torch.get_num_threads(), device=str(args.device))

    def on_step_begin(self, args, state, control, **kwargs):
        self.start = self.commands.wait_for_step()

    def on_step_end(self, args, state, control, **kwargs):
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        self.seconds = time.perf_counter() - self.start

    def on_log(self, args, state, control, logs=None, **kwargs):
        if logs and "loss" in logs:
            answer(seconds=self.seconds, loss=float(logs["loss"]), gradient_norm=float(logs["grad_norm"]))


def load(case, configuration):
    return transformers.AutoModelForCausalLM.from_pretrained(
        case["model"],
        attn_implementation="sdpa",
        dtype=torch.bfloat16 if configuration.get("precision") == "bfloat16" else torch.float32,
    )


def adapter(case):
    """The adapter's configuration, for TRL to put on the model; none when every weight is trained."""
    if not case["adapter"]:
        return None
    config = PeftConfig.from_pretrained(case["adapter"])
    config.inference_mode = False
    return config


def arguments(case, configuration):
    """What the trainer is told in every configuration, then what the configuration changes."""
    rows = len(case["documents"])
    made = {
        "output_dir": os.path.join(os.path.dirname(case["model"]), "trainer_output"),
        "use_cpu": not torch.cuda.is_available(),
        "per_device_train_batch_size": rows // 2 if case["task"] == "preference" else rows,
        "num_train_epochs": 100_000,
        "learning_rate": case["learning_rate"],
        "lr_scheduler_type": "constant",
        "train_sampling_strategy": "sequential",
        "logging_steps": 1,
        "save_strategy": "no",
        "report_to": "none",
        "disable_tqdm": True,
    }
    if "precision" in configuration:
        made["bf16"] = configuration.get("autocast", False)
    if "recompute" in configuration:
        made["gradient_checkpointing"] = configuration["recompute"]
    return made


def supervised(case, configuration):
    from trl import SFTConfig, SFTTrainer

    # Rows are not cut: TRL would at 1,024 tokens, and then leave out those without a target.
    options = {**arguments(case, configuration), "max_length": None}
    if "loss_type" in configuration:
        options["loss_type"] = configuration["loss_type"]
    rows = [{"input_ids": row["ids"], "labels": row["labels"]} for row in case["documents"]]
    trainer = SFTTrainer(
        model=load(case, configuration),
        args=SFTConfig(**options),
        train_dataset=Dataset.from_list(rows),
        processing_class=transformers.AutoTokenizer.from_pretrained(case["model"]),
        peft_config=adapter(case),
    )
    given, kept = (sum(len(row["input_ids"]) for row in data) for data in (rows, trainer.train_dataset))
    if kept != given:
        raise ValueError(f"TRL trains on {kept} of {given} tokens")
    return trainer


def preference(case, configuration):
    from trl import DPOConfig, DPOTrainer

    class PreparedRows(DPOTrainer):
        """TRL tokenizes text; these rows are tokens already."""

        def _prepare_dataset(self, dataset, *unused):
            return dataset

    options = arguments(case, configuration)
    options["precompute_ref_log_probs"] = bool(configuration) and configuration.get("reference") != "in-step"
    documents, prompts = case["documents"], case["prompts"]
    rows = [
        {
            "prompt_ids": documents[i]["ids"][: prompts[i]],
            "chosen_ids": documents[i]["ids"][prompts[i] :],
            "rejected_ids": documents[i + 1]["ids"][prompts[i + 1] :],
        }
        for i in range(0, len(documents), 2)
    ]
    # TRL puts a new adapter on the model; the reference is then the model without it.
    return PreparedRows(
        model=load(case, configuration),
        args=DPOConfig(**options),
        train_dataset=Dataset.from_list(rows),
        processing_class=transformers.AutoTokenizer.from_pretrained(case["model"]),
        peft_config=adapter(case),
    )


def train(trainer, case):
    if case["adapter"]:
        weights = load_file(os.path.join(case["adapter"], "adapter_model.safetensors"))
        set_peft_model_state_dict(trainer.model, weights)
    trainer.remove_callback(transformers.PrinterCallback)
    trainer.add_callback(OneStepAtATime())
    trainer.train()


def score(case, configuration):
    """Log-probabilities as TRL's DPO trainer computes those of its reference: one padded batch, all logits."""
    from trl.trainer.utils import pad, selective_log_softmax

    model = load({**case, "adapter": None}, configuration).eval()
    documents = case["documents"]
    ids = pad([torch.tensor(d["ids"]) for d in documents], padding_value=0, padding_side="right")
    labels = pad([torch.tensor(d["labels"]) for d in documents], padding_value=-100, padding_side="right")
    mask = pad([torch.ones(len(d["ids"]), dtype=torch.long) for d in documents], padding_value=0, padding_side="right")
    learned = labels[:, 1:] != -100
    commands = Commands()
    answer(ready=True, threads=torch.get_num_threads())
    while True:
        start = commands.wait_for_step()
        with torch.no_grad():
            logits = model(input_ids=ids, attention_mask=mask, use_cache=False).logits[:, :-1]
            logps = selective_log_softmax(logits, ids[:, 1:])
            loss = -(logps * learned).sum().item() / learned.sum().item()
        answer(seconds=time.perf_counter() - start, loss=loss, gradient_norm=0.0)


def main(path, name):
    with open(path, encoding="utf-8") as file:
        case = json.load(file)
    configuration = CONFIGURATIONS[name]
    if case["task"] == "supervised":
        train(supervised(case, configuration), case)
    elif case["task"] == "preference":
        train(preference(case, configuration), case)
    else:
        score(case, configuration)


if __name__ == "__main__":
    main(*sys.argv[1:])
