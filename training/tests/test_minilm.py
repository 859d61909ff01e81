"""What of minilm/ needs neither transformers nor PEFT: docstrings to pairs, the split, recall, the export of stages."""

import torch

from minilm import pairs, recall, stages


def test_first_sentence_is_one_line_without_markup():
    doc = """
    Return the :func:`sum <numpy.sum>` of ``values``
    along *axis*.  Then more. And more.

    Parameters
    ----------
    """
    assert pairs.first_sentence(doc) == "Return the sum of values along axis."


def test_first_sentence_needs_words_and_no_signature():
    assert pairs.first_sentence("x.f() -> int") is None
    assert pairs.first_sentence("Too short.") is None
    assert pairs.first_sentence("a" * 300 + " b c d e.") is None


def test_further_sentences_end_at_the_first_section():
    doc = """One line here.

    A second sentence of some length follows here. Short one.

    Parameters
    ----------
    x : array of numbers that must never be read as a sentence.
    """
    assert pairs.sentences(doc) == ["A second sentence of some length follows here."]


def rows(count):
    return [{"name": f"lib.f{i}", "text": f"t{i}"} for i in range(count)]


def test_split_is_fixed_and_disjoint():
    train, held = pairs.split(rows(4000))
    again = pairs.split(rows(4000))
    assert (train, held) == again
    assert len(held) == pairs.HELD_OUT
    assert not {row["name"] for row in train} & {row["name"] for row in held}


def test_only_short_names_are_searched():
    given = [{"name": name} for name in ("a.b", "a.b.c", "a.b.c.d")]
    assert [row["name"] for row in pairs.candidates(given)] == ["a.b", "a.b.c"]


def test_recall_counts_names_that_score_higher():
    names = torch.eye(4)
    queries = torch.tensor([[1.0, 0.5, 0, 0], [0.9, 0.1, 0.8, 0.7]])
    right = torch.tensor([0, 1])
    assert recall.ranks(queries, names, right).tolist() == [0, 3]
    assert recall.recall(queries, names, right) == {"@1": 0.5, "@10": 1.0}


def test_every_stage_is_a_module_of_its_own():
    import importlib.util

    for name in stages.STAGES:
        assert importlib.util.find_spec(f"minilm.{name}") is not None
