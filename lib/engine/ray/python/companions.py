"""The files beside a model's weights, as they were: written by another library, they would not be read by all."""

import os
import shutil

NAMES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
    "chat_template.jinja",
)


def copy_companions(job: dict, folder: str, *more: str) -> None:
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), job["model"])
    for name in (*NAMES, *more):
        if os.path.exists(os.path.join(source, name)):
            shutil.copyfile(os.path.join(source, name), os.path.join(folder, name))
