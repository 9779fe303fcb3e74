from __future__ import annotations

from collections import Counter
from dataclasses import replace

from tests.training.examples import ask
from understudy.dataset.example import Example, Kind
from understudy.training.batch import Item, Row
from understudy.training.order import Order
from understudy.training.recipe import Recipe

RECIPE = Recipe(per_device_train_batch_size=4, replay_share=0.5)


def items(count: int, kind: Kind = Kind.CORRECTION) -> list[Item]:
    return [Item(Example(f"{kind}{i}", kind, ask(str(i)), "a"), Row((1, 2), 1)) for i in range(count)]


def names(order: Order, step: int, right: dict[str, bool]) -> list[str]:
    return [item.example.id for item in order.at(step, right)]


def test_a_step_is_the_same_whenever_it_is_asked_for_with_the_same_knowledge() -> None:
    made = [Order(items(20), items(9, Kind.REPLAY), RECIPE) for _ in range(2)]
    right = {item.example.id: i % 2 == 0 for i, item in enumerate(items(20))}
    assert [names(made[0], step, right) for step in range(30)] == [
        names(made[1], step, right) for step in reversed(range(30))
    ][::-1]


def test_another_seed_makes_another_order() -> None:
    one, other = (Order(items(20), [], replace(RECIPE, seed=seed)) for seed in (0, 1))
    assert [names(one, step, {}) for step in range(5)] != [names(other, step, {}) for step in range(5)]


def test_a_step_holds_nothing_twice_and_as_many_anchors_as_the_recipe_says() -> None:
    order = Order(items(20), items(8, Kind.REPLAY), RECIPE)
    for step in range(50):
        taken = order.at(step, {})
        kinds = Counter(item.example.kind for item in taken)
        assert kinds == {Kind.CORRECTION: 4, Kind.REPLAY: 4}
        assert len({item.example.id for item in taken}) == len(taken)


def test_few_items_make_short_steps() -> None:
    order = Order(items(2), items(1, Kind.REPLAY), RECIPE)
    assert len(order.at(0, {})) == 3 and order.steps_per_epoch == 1


def test_half_of_a_step_is_what_is_not_right_yet_and_the_other_half_keeps_what_is() -> None:
    order = Order(items(40), items(20, Kind.REPLAY), RECIPE)
    right = {item.example.id: i >= 10 for i, item in enumerate([*items(40), *items(20, Kind.REPLAY)])}
    for step in range(50):
        taken = order.at(step, right)
        known = Counter((item.example.kind, right[item.example.id]) for item in taken)
        assert known[Kind.CORRECTION, True] == known[Kind.CORRECTION, False] == 2
        assert known[Kind.REPLAY, True] == 4  # all of these are right


def test_the_last_wrong_one_is_in_every_step_until_it_is_right() -> None:
    order = Order(items(40), [], RECIPE)
    right = {item.example.id: True for item in items(40)} | {"correction7": False}
    assert all("correction7" in names(order, step, right) for step in range(20))


def test_everything_is_seen_in_the_fewest_steps_there_are_while_nothing_is_right() -> None:
    order, right = Order(items(40), [], RECIPE), dict[str, bool]()
    steps = 0
    while len(right) < 40:
        right.update(dict.fromkeys(names(order, steps, right), True))
        steps += 1
    assert steps <= 20  # half of each step goes back to what is right


def test_once_all_is_right_everything_is_drawn_alike() -> None:
    order = Order(items(40), [], RECIPE)
    right = {item.example.id: True for item in items(40)}
    taken = Counter(name for step in range(1000) for name in names(order, step, right))
    assert len(taken) == 40 and min(taken.values()) > 60 and max(taken.values()) < 140
