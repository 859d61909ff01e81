import torch

from nano import quant


def test_int8_grid_is_per_output_channel_and_symmetric():
    weight = torch.randn(6, 64) * torch.tensor([0.01, 0.1, 1, 2, 5, 9])[:, None]
    steps = quant.scales8(weight)
    units = quant.fake8(weight) / steps[:, None]
    assert torch.allclose(units, units.round(), atol=1e-3)
    assert units.abs().amax(1).round().tolist() == [127.0] * 6
    assert ((quant.fake8(weight) - weight).abs() <= steps[:, None] * 0.5001).all()


def test_int4_grid_is_per_block_of_32():
    weight = torch.randn(4, 64)
    weight[:, 32:] *= 100
    error = (quant.fake4(weight) - weight).abs()
    steps = weight.view(4, 2, 32).abs().amax(2) / 7
    assert (error.view(4, 2, 32) <= steps[..., None] * 0.5001).all()


def test_rounding_lets_gradients_through():
    weight = torch.randn(4, 32, requires_grad=True)
    quant.fake8(weight).sum().backward()
    assert torch.equal(weight.grad, torch.ones_like(weight))


def test_activation_range_holds_zero():
    for low, high in ((-1.0, 3.0), (0.5, 2.0), (-3.0, -1.0)):
        scale, zero = quant.affine(low, high)
        assert 0 <= zero <= 255
        assert (0 - zero) * scale <= max(low, -abs(high)) + 1e-6 or low > 0
        assert scale > 0


def test_a_branch_changes_nothing_until_it_is_trained():
    target = quant.Target(32, 16)
    x = torch.randn(3, 32)
    before = target(x)
    target.add_branch(4)
    target.strength = 1.0
    assert torch.equal(target(x), before)
    with torch.no_grad():
        target.lora_B.normal_()
    delta = target.lora_B @ target.lora_A
    assert torch.allclose(target(x), before + x @ delta.T, atol=1e-5)
