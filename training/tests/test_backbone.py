import torch

from nano import noise, quant, sampler, tags
from nano.autoencoder import Autoencoder
from nano.backbone import Model, targets


def tiny():
    torch.manual_seed(0)
    return Model(9, width=64, depth=2, heads=4, kv=2).eval()


def test_shapes():
    model = tiny()
    out = model(
        torch.randn(3, 64, 32),
        torch.rand(3),
        torch.ones(3),
        torch.zeros(3, 16, dtype=torch.long),
    )
    assert out.shape == (3, 64, 32)


def test_the_order_of_tags_does_not_matter():
    model = tiny()
    rows = torch.randint(0, 10, (2, 16))
    args = torch.randn(2, 64, 32), torch.rand(2), torch.ones(2)
    assert torch.allclose(model(*args, rows), model(*args, rows.flip(1)), atol=1e-5)


def test_targets_are_found_by_path():
    model = tiny()
    paths = list(targets(model.backbone))
    assert len(paths) == 12
    assert paths[0] == "blocks.0.attn.q_proj"
    assert list(quant.prepare(model.backbone)) == paths


def test_autoencoder_shapes():
    model = Autoencoder()
    image = torch.rand(2, 3, 128, 128) * 2 - 1
    latent = model.encode(image)
    assert latent.shape == (2, 64, 32)
    decoded = model.decode(latent)
    assert decoded.shape == image.shape
    assert decoded.abs().max() <= 1


def test_the_student_samples_as_documented():
    seen = []

    def predict(x, t):
        seen.append((x.clone(), t[0].item()))
        return torch.zeros_like(x)

    drawn = noise.of([3, 4])
    sampler.student(predict, drawn, 2)
    assert [round(t, 3) for _, t in seen] == [0.999, 0.4]
    assert torch.equal(seen[0][0], drawn(0))
    assert torch.allclose(seen[1][0], 0.4 * drawn(1))


def test_the_teacher_recovers_a_point():
    """A model that always answers with the truth is sampled exactly, at any guidance."""
    truth = torch.randn(2, 64, 32)
    made = sampler.teacher(
        lambda x, t, g, r: truth.repeat(len(x) // 2, 1, 1),
        torch.zeros(2, 16).long(),
        torch.randn(2, 64, 32),
        4,
        3.0,
    )
    assert torch.allclose(made, truth)


def test_vocabulary():
    words = tags.vocabulary()
    assert len(words) == len(set(words))
    assert 150 <= len(words) <= 350
    assert all(word == word.lower() and " " not in word for word in words)
    assert tags.rows([["open-peeps", "afro"]])[0][:3] == [
        words.index("open-peeps") + 1,
        words.index("afro") + 1,
        0,
    ]
