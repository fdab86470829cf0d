"""Pairs as rewardlab made them: token ids and the loss's numbers a pair, and which pairs each step takes."""

import dataclasses
from typing import Iterator, Sequence

import numpy as np
import pyarrow.parquet as parquet
import torch


@dataclasses.dataclass
class Pairs:
    """Row i holds both answers of pair i, and the numbers that its loss is made with."""

    chosen: list[np.ndarray]
    rejected: list[np.ndarray]
    margin: np.ndarray
    factor: np.ndarray

    def __len__(self) -> int:
        return len(self.chosen)

    def tokens(self, places: Sequence[int]) -> int:
        """As if every answer carried its own prompt."""
        return sum(len(self.chosen[p]) + len(self.rejected[p]) for p in places)

    def longest(self, place: int) -> int:
        return max(len(self.chosen[place]), len(self.rejected[place]))


def read_pairs(path: str) -> Pairs:
    table = parquet.read_table(path)

    def ids(name: str) -> list[np.ndarray]:
        return [row.values.to_numpy() for row in table.column(name)]

    return Pairs(
        chosen=ids("chosen"),
        rejected=ids("rejected"),
        margin=table.column("margin").to_numpy(),
        factor=table.column("factor").to_numpy(),
    )


class Order:
    """The pairs of every step: epochs of their own order, whose last batch may be smaller."""

    def __init__(self, pairs: int, batch_size: int, shuffled: str | None):
        self.pairs, self.batch_size = pairs, batch_size
        self.places = None if shuffled is None else np.fromfile(shuffled, dtype="<i4")

    def batch(self, epoch: int, at: int) -> list[int]:
        end = min(self.pairs, at + self.batch_size)
        if self.places is None:
            return list(range(at, end))
        first = epoch * self.pairs
        return self.places[first + at : first + end].tolist()

    def after(self, epoch: int, at: int) -> tuple[int, int]:
        """Where the next batch begins."""
        return (epoch, at) if at < self.pairs else (epoch + 1, 0)


def micro_batches(
    pairs: Pairs, places: Sequence[int], *, rank: int, world: int, tokens: int
) -> Iterator[list[int]]:
    """The groups of pairs that a worker computes together, of at most so many tokens with padding. Every worker
    gets the same number of groups, for all of them meet in each: the last may be empty."""

    def groups_of(worker: int) -> list[list[int]]:
        groups: list[list[int]] = []
        for place in sorted(places[worker::world], key=pairs.longest):
            size = len(groups[-1]) + 1 if groups else 1
            if not groups or 2 * size * pairs.longest(place) > tokens:
                groups.append([])
            groups[-1].append(place)
        return groups

    all_groups = [groups_of(worker) for worker in range(world)]
    for i in range(max(map(len, all_groups))):
        yield all_groups[rank][i] if i < len(all_groups[rank]) else []


@dataclasses.dataclass
class MicroBatch:
    """Chosen answers, then rejected ones, padded at their end: [2 * pairs, length]."""

    ids: torch.Tensor
    mask: torch.Tensor
    last: torch.Tensor
    margin: torch.Tensor
    factor: torch.Tensor
    weight: float


def collate(pairs: Pairs, places: Sequence[int], device: torch.device) -> MicroBatch:
    """Of no pairs: the first one, which counts for nothing."""
    taken = list(places) or [0]
    rows = [pairs.chosen[p] for p in taken] + [pairs.rejected[p] for p in taken]
    length = max(map(len, rows))
    ids = torch.zeros(len(rows), length, dtype=torch.long)
    mask = torch.zeros_like(ids)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = torch.from_numpy(row.astype("int64"))
        mask[i, : len(row)] = 1

    def numbers(column: np.ndarray) -> torch.Tensor:
        return torch.tensor(column[taken], dtype=torch.float32, device=device)

    return MicroBatch(
        ids=ids.to(device),
        mask=mask.to(device),
        last=torch.tensor([len(row) - 1 for row in rows], device=device),
        margin=numbers(pairs.margin),
        factor=numbers(pairs.factor),
        weight=1.0 if places else 0.0,
    )
