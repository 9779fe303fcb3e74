"""One thread for torch: the models are tiny and the machine is shared."""

import pytest
import torch


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)
