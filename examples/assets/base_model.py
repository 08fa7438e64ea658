"""A tiny Llama with random weights, in Hugging Face files.

The weights are drawn so that the model starts near the loss of a uniform guess, ln(vocabulary), and
each layer adds about as much as the one before: linear maps at 1/sqrt(inputs), those that write to
the residual stream divided by sqrt(2 layers). Embeddings are drawn at 0.06: they are also the output head,
and an adapter, which leaves them as they are, must be able to raise a token that story 01 never used
(a role marker); at 0.02 it could not.
"""

import json
import math
from pathlib import Path

import torch
from safetensors.torch import save_file

from tokenizer import BEGIN, END, LONGEST_TEXT_TOKENS, PAD, SPECIAL_TOKENS, VOCABULARY_SIZE

SEED = 3
HIDDEN, FEED_FORWARD, LAYERS, HEADS, KEY_VALUE_HEADS, HEAD_SIZE = 128, 256, 4, 4, 2, 32
EMBEDDING_STD = 0.06

CONFIG = {
    "architectures": ["LlamaForCausalLM"],
    "attention_bias": False,
    "attention_dropout": 0.0,
    "bos_token_id": SPECIAL_TOKENS.index(BEGIN),
    "eos_token_id": SPECIAL_TOKENS.index(END),
    "head_dim": HEAD_SIZE,
    "hidden_act": "silu",
    "hidden_size": HIDDEN,
    "initializer_range": EMBEDDING_STD,
    "intermediate_size": FEED_FORWARD,
    "max_position_embeddings": LONGEST_TEXT_TOKENS,
    "mlp_bias": False,
    "model_type": "llama",
    "num_attention_heads": HEADS,
    "num_hidden_layers": LAYERS,
    "num_key_value_heads": KEY_VALUE_HEADS,
    "pad_token_id": SPECIAL_TOKENS.index(PAD),
    "rms_norm_eps": 1e-05,
    "rope_theta": 10000.0,
    "tie_word_embeddings": True,
    "torch_dtype": "bfloat16",
    "use_cache": True,
    "vocab_size": VOCABULARY_SIZE,
}

GENERATION_CONFIG = {
    "bos_token_id": CONFIG["bos_token_id"],
    "eos_token_id": CONFIG["eos_token_id"],
    "max_new_tokens": 64,
    "pad_token_id": CONFIG["pad_token_id"],
}


def weights() -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(SEED)

    def matrix(outputs: int, inputs: int, std: float) -> torch.Tensor:
        return (torch.randn(outputs, inputs, generator=generator) * std).to(torch.bfloat16)

    def linear(outputs: int, inputs: int) -> torch.Tensor:
        return matrix(outputs, inputs, 1 / math.sqrt(inputs))

    def residual(outputs: int, inputs: int) -> torch.Tensor:
        return matrix(outputs, inputs, 1 / math.sqrt(inputs * 2 * LAYERS))

    ones = torch.ones(HIDDEN, dtype=torch.bfloat16)
    queries, keys = HEADS * HEAD_SIZE, KEY_VALUE_HEADS * HEAD_SIZE
    tensors = {"model.embed_tokens.weight": matrix(VOCABULARY_SIZE, HIDDEN, EMBEDDING_STD)}
    for layer in range(LAYERS):
        prefix = f"model.layers.{layer}."
        tensors |= {
            prefix + "input_layernorm.weight": ones.clone(),
            prefix + "self_attn.q_proj.weight": linear(queries, HIDDEN),
            prefix + "self_attn.k_proj.weight": linear(keys, HIDDEN),
            prefix + "self_attn.v_proj.weight": linear(keys, HIDDEN),
            prefix + "self_attn.o_proj.weight": residual(HIDDEN, queries),
            prefix + "post_attention_layernorm.weight": ones.clone(),
            prefix + "mlp.gate_proj.weight": linear(FEED_FORWARD, HIDDEN),
            prefix + "mlp.up_proj.weight": linear(FEED_FORWARD, HIDDEN),
            prefix + "mlp.down_proj.weight": residual(HIDDEN, FEED_FORWARD),
        }
    tensors["model.norm.weight"] = ones.clone()
    return tensors


def write(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (("config.json", CONFIG), ("generation_config.json", GENERATION_CONFIG)):
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    save_file(weights(), folder / "model.safetensors", metadata={"format": "pt"})
