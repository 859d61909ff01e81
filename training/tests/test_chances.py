"""How often a picture is drawn for training."""

import torch

from nano import latents, tags


def test_a_harder_style_is_drawn_more_often():
    rows = torch.tensor(tags.rows([["adventurer", "glasses"], ["micah"], ["glasses"]]))
    store = {"rows": rows, "train": torch.tensor([2, 0, 1])}
    assert latents.chances(store, {"harder": {"adventurer": 1.5}}).tolist() == [
        1.0,
        1.5,
        1.0,
    ]
    assert latents.chances(store, {}).tolist() == [1.0, 1.0, 1.0]


def test_a_style_that_is_no_word_is_an_error():
    store = {"rows": torch.tensor(tags.rows([["micah"]])), "train": torch.tensor([0])}
    try:
        latents.chances(store, {"harder": {"cubism": 2.0}})
    except KeyError as error:
        assert "cubism" in str(error)
    else:
        raise AssertionError("no error")
