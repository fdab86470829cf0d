"""Conversations as rewardlab tokenised them, in the order of its steps, for VERL's fine-tuning: VERL's own data set would
cut, mask and order them by rules of its own."""

import json
import os
from array import array

import pyarrow.parquet as parquet
import torch
from torch.utils.data import Dataset

HERE = os.path.dirname(os.path.abspath(__file__))


class TokenRows(Dataset):
    """VERL 0.9.1 builds it like its own (`data.custom_cls`); `data.pad_mode` is no_padding."""

    def __init__(self, parquet_files, tokenizer, config, processor=None, max_samples=-1):
        table = parquet.read_table(parquet_files)
        self.ids, self.masks = table.column("input_ids"), table.column("loss_mask")
        training = os.path.basename(parquet_files) == "train.parquet"
        self.places = order_for_sampler(len(self.ids)) if training else range(len(self.ids))

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        place = self.places[index]
        ids = torch.tensor(self.ids[place].as_py(), dtype=torch.long)
        mask = torch.tensor(self.masks[place].as_py(), dtype=torch.long)
        return {"input_ids": ids, "loss_mask": mask, "position_ids": torch.arange(len(ids))}


def order_for_sampler(rows: int) -> list[int]:
    """Rows by the numbers that VERL's sampler asks for. The whole run is one epoch to it, of which it takes what
    `DistributedSampler` draws: here is undone what it does, so that our order comes out."""
    with open(os.path.join(HERE, "job.json"), encoding="utf-8") as file:
        asked = json.load(file)["rows"]
    file = os.path.join(HERE, "order.i32")
    order = array("i", [place % rows for place in range(asked)])
    if os.path.exists(file):
        with open(file, "rb") as bytes:
            epochs = array("i", bytes.read())
        count = len(epochs) // rows
        assert asked <= count * rows
        order = epochs[:asked]
    drawn = torch.randperm(asked, generator=torch.Generator().manual_seed(0)).tolist()
    places = [0] * asked
    for at, number in enumerate(drawn):
        places[number] = order[at]
    return places
