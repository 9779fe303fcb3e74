"""The kinds of numbers that the weights of an export may have, with the bytes of one. Known without loading torch."""

from __future__ import annotations

FLOATS: dict[str, float] = {"float32": 4, "bfloat16": 2, "float16": 2}
"""What every program reads."""

QUANTISED: dict[str, float] = {"q8_0": 34 / 32, "q5_1": 24 / 32, "q5_0": 22 / 32, "q4_1": 20 / 32, "q4_0": 18 / 32}
"""What llama.cpp reads beside them and its library can make: blocks of 32 numbers with one scale, or two."""

DTYPES = (*FLOATS, *QUANTISED)
BYTES = FLOATS | QUANTISED
