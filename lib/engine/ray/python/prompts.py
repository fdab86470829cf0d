"""What a judge is asked, in the order of rewardlab's steps, for VERL's GRPO (`data.custom_cls`)."""

import os

from verl.utils.dataset.rl_dataset import RLHFDataset

from order import run_order


class Prompts(RLHFDataset):
    """The whole run is one epoch to VERL, which takes the rows as they come (`data.shuffle=False`)."""

    def __init__(self, data_files, *words, **named):
        super().__init__(data_files, *words, **named)
        files = [data_files] if isinstance(data_files, str) else list(data_files)
        training = os.path.basename(files[0]) == "train.parquet"
        rows = super().__len__()
        self.places = run_order(rows) if training else range(rows)

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, index: int) -> dict:
        return super().__getitem__(self.places[index])
