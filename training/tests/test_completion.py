from nano import completion, completions, tags
from nano.settings import TRAINING

GROUPS = {"style": ["ink", "oil"], "skin": ["pale", "dark"], "mood": ["glad", "sad"]}
PROMPTS = [["ink", "pale", "glad"], ["ink", "dark", "sad"], ["oil", "dark", "glad"]]


def complete(prompt, seed=0, room=9):
    return completion.complete(prompt, seed, GROUPS, PROMPTS, room)


def test_open_groups_are_filled_from_the_most_alike():
    assert complete(["dark", "sad"]) == ["ink"]
    assert complete(["oil", "sad"]) == ["dark"]
    assert complete(["ink", "brain-scan"]) == []
    assert complete(["ink", "sad", "pale"]) == []
    assert len(complete(["ink"], room=1)) == 1


def test_the_seed_chooses_among_equals():
    found = {tuple(complete(["ink"], seed)) for seed in range(50)}
    assert found == {("pale", "glad"), ("dark", "sad")}


def test_chosen_prompts_are_good_and_spread():
    prompts = [["a", "x"], ["a", "x", "y"], ["b", "x"], ["c"]]
    assert completions.choose(prompts, [0.9, 0.9, 0.899, 0.1], 2) == [
        ["a", "x"],
        ["b", "x"],
    ]
    assert len(completions.choose(prompts, [0.9, 0.9, 0.899, 0.1], 9)) == 4


def test_published_completions_name_each_group_once():
    group = {word: name for name, words in tags.groups().items() for word in words}
    lines = (TRAINING / "completions.txt").read_text().splitlines()
    assert len(set(lines)) == len(lines)
    for words in (line.split(" ") for line in lines):
        named = {group[word] for word in words}
        assert {"style", "skin", "hair", "background"} <= named
        assert named <= set(completions.GROUPS)
        assert not tags.held_out(words)
