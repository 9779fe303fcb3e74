"""Where an answer was copied from, and how well a head looks there."""

from __future__ import annotations

import torch

from starter.model import build, wire
from starter.pointing import Pointer, sources

NEWLINE, END = 9, 2


def test_an_answer_is_found_at_the_end_of_a_line_of_the_first_message() -> None:
    ids = [1, 5, 6, 7, NEWLINE, 8, 6, END, 1, 6, 7, END, 1, 4, END]
    mask = [False] * 9 + [True] * 3 + [False, True, True]
    assert sources(ids, mask, NEWLINE, END) == [-1] * 9 + [2, 3] + [-1] * 4


def test_an_answer_that_two_lines_end_with_points_nowhere() -> None:
    ids = [1, 5, 7, NEWLINE, 8, 7, END, 1, 7, END]
    assert sources(ids, [False] * 8 + [True] * 2, NEWLINE, END) == [-1] * 10


def test_the_pointer_s_loss_falls_when_its_head_learns_to_look() -> None:
    torch.manual_seed(0)
    model = build(64)
    wire(model)
    pointer = Pointer(model)
    optimizer = torch.optim.AdamW(model.parameters(), 1e-3)
    ids = torch.randint(3, 64, (4, 24))
    ids[:, 16:] = ids[:, 4:12]
    source = torch.full_like(ids, -1)
    source[:, 16:] = torch.arange(4, 12)
    losses = []
    for _ in range(30):
        model.model(input_ids=ids[:, :-1])
        loss = pointer.loss(source)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 2


def test_without_anything_copied_there_is_no_loss() -> None:
    model = build(64)
    pointer = Pointer(model)
    model.model(input_ids=torch.randint(3, 64, (2, 7)))
    assert pointer.loss(torch.full((2, 8), -1)).item() == 0
