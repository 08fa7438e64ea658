"""Writes the model and the adapter that both sides of a comparison read.

usage: model_files.py FOLDER SHAPE [bfloat16]
"""

import sys
from pathlib import Path

import peft
import torch
import transformers
from tokenizers import Tokenizer, models

from cases import LORA_RANK, LORA_TARGETS, SEED, SHAPES


def write(folder, shape, dtype):
    torch.manual_seed(SEED)
    config = transformers.Qwen2Config(
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden,
        intermediate_size=shape.feed_forward,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.query_heads,
        num_key_value_heads=shape.key_value_heads,
        tie_word_embeddings=True,
        use_cache=False,
    )
    with torch.device("cuda" if torch.cuda.is_available() else "cpu"):
        model = transformers.Qwen2ForCausalLM(config)
    model.to(dtype).save_pretrained(folder / "model")
    write_tokenizer(folder / "model")
    lora = peft.LoraConfig(
        r=LORA_RANK, lora_alpha=2 * LORA_RANK, lora_dropout=0.0, target_modules=LORA_TARGETS, task_type="CAUSAL_LM"
    )
    peft.get_peft_model(model, lora).save_pretrained(folder / "adapter")


def write_tokenizer(folder):
    """TRL wants one for its padding token; rows are tokens already."""
    tokenizer = Tokenizer(models.WordLevel({"<pad>": 0, "<end>": 1}, unk_token="<end>"))
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", eos_token="<end>"
    ).save_pretrained(folder)


if __name__ == "__main__":
    write(Path(sys.argv[1]), SHAPES[sys.argv[2]], getattr(torch, (sys.argv[3:] or ["float32"])[0]))
