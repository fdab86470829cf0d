"""Conversations as rewardlab tokenised them, in the order of its steps, for VERL's fine-tuning: VERL's own data set would
cut, mask and order them by rules of its own."""

import os

import pyarrow.parquet as parquet
import torch
from torch.utils.data import Dataset

from order import run_order


class TokenRows(Dataset):
    """VERL 0.9.1 builds it like its own (`data.custom_cls`); `data.pad_mode` is no_padding."""

    def __init__(self, parquet_files, tokenizer, config, processor=None, max_samples=-1):
        table = parquet.read_table(parquet_files)
        self.ids, self.masks = table.column("input_ids"), table.column("loss_mask")
        training = os.path.basename(parquet_files) == "train.parquet"
        self.places = for_sampler(run_order(len(self.ids))) if training else range(len(self.ids))

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        place = self.places[index]
        ids = torch.tensor(self.ids[place].as_py(), dtype=torch.long)
        mask = torch.tensor(self.masks[place].as_py(), dtype=torch.long)
        return {"input_ids": ids, "loss_mask": mask, "position_ids": torch.arange(len(ids))}


def for_sampler(order) -> list[int]:
    """Rows by the numbers that VERL's sampler asks for. The whole run is one epoch to it, of which it takes what
    `DistributedSampler` draws: here is undone what it does, so that our order comes out."""
    drawn = torch.randperm(len(order), generator=torch.Generator().manual_seed(0)).tolist()
    places = [0] * len(order)
    for at, number in enumerate(drawn):
        places[number] = order[at]
    return places
