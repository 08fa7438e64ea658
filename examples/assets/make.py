"""Writes every generated file under examples/: data sets, tokenizer and base model.

    python make.py           write the files
    python make.py --check   write nothing, fail when a committed file differs

The same requirements.txt gives the same bytes.
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from random import Random

os.environ["TOKENIZERS_PARALLELISM"] = "false"

import base_model
import logbook
import messages
import questions
import replies
import tokenizer as tokenizer_files

EXAMPLES = Path(__file__).resolve().parent.parent
TEXT_STORY = "01-causal-lm-from-scratch"
QUESTION_STORY = "02-instruction-tuning-lora"
MESSAGE_STORY = "04-classification"
REPLY_STORY = "05-preference-tuning"
MODEL = "assets/tiny-llama"

TEXT_SEED, TEXT_TRAIN_ROWS, TEXT_VALID_ROWS = 1, 480, 60
QUESTION_SEED, QUESTION_TRAIN_ROWS, QUESTION_VALID_ROWS = 2, 480, 64
MESSAGE_SEED, MESSAGE_TRAIN_ROWS, MESSAGE_VALID_ROWS = 4, 480, 96
REPLY_SEED, REPLY_TRAIN_ROWS, REPLY_VALID_ROWS = 5, 720, 96


def write_rows(path: Path, rows: list[dict[str, list[dict[str, str]]]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")


def write_talks(path: Path, talks: list[list[dict[str, str]]]) -> None:
    write_rows(path, [{"messages": messages} for messages in talks])


def as_rows(texts: list[str]) -> list[list[dict[str, str]]]:
    return [[{"role": "user", "content": text}] for text in texts]


def write_all(root: Path) -> None:
    texts = logbook.texts(Random(TEXT_SEED), TEXT_TRAIN_ROWS + TEXT_VALID_ROWS)
    train_texts, valid_texts = texts[:TEXT_TRAIN_ROWS], texts[TEXT_TRAIN_ROWS:]
    train_talks, valid_talks = questions.conversations(
        Random(QUESTION_SEED), QUESTION_TRAIN_ROWS, QUESTION_VALID_ROWS
    )
    write_talks(root / TEXT_STORY / "data/train.jsonl", as_rows(train_texts))
    write_talks(root / TEXT_STORY / "data/valid.jsonl", as_rows(valid_texts))
    write_talks(root / QUESTION_STORY / "data/train.jsonl", train_talks)
    write_talks(root / QUESTION_STORY / "data/valid.jsonl", valid_talks)

    train_messages, valid_messages = messages.conversations(
        Random(MESSAGE_SEED), MESSAGE_TRAIN_ROWS, MESSAGE_VALID_ROWS
    )
    write_talks(root / MESSAGE_STORY / "data/train.jsonl", train_messages)
    write_talks(root / MESSAGE_STORY / "data/valid.jsonl", valid_messages)

    train_pairs, valid_pairs = replies.pairs(Random(REPLY_SEED), REPLY_TRAIN_ROWS, REPLY_VALID_ROWS)
    write_rows(root / REPLY_STORY / "data/train.jsonl", train_pairs)
    write_rows(root / REPLY_STORY / "data/valid.jsonl", valid_pairs)

    spoken = [message["content"] for talk in train_talks for message in talk]
    tokenizer_files.write(root / MODEL, train_texts + spoken)
    base_model.write(root / MODEL)


def differences(fresh: Path, committed: Path) -> list[str]:
    files = [path.relative_to(fresh) for path in sorted(fresh.rglob("*")) if path.is_file()]
    return [
        str(file)
        for file in files
        if not (committed / file).is_file() or (fresh / file).read_bytes() != (committed / file).read_bytes()
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the committed files instead of writing")
    if not parser.parse_args().check:
        write_all(EXAMPLES)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        write_all(Path(folder))
        changed = differences(Path(folder), EXAMPLES)
    for file in changed:
        print(f"{file}: differs from what make.py writes", file=sys.stderr)
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main())
