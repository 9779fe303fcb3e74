"""The measured ceiling of decoding speed."""

from understudy.serving.bandwidth import bytes_per_second, tokens_per_second


def test_memory_is_read_at_a_speed_that_computers_have() -> None:
    assert 2e8 < bytes_per_second() < 2e13


def test_twice_the_bytes_of_weights_halve_the_speed() -> None:
    assert tokens_per_second(1_000_000, 4) * 2 == tokens_per_second(1_000_000, 2)
    assert tokens_per_second(2_000_000) * 2 == tokens_per_second(1_000_000)
