import numpy as np

from nano import noise


def test_philox_known_answers():
    """Random123's kat_vectors for philox4x32 with 10 rounds."""
    cases = [
        ([0] * 4, (0, 0), [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
        (
            [0xFFFFFFFF] * 4,
            (0xFFFFFFFF, 0xFFFFFFFF),
            [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD],
        ),
        (
            [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
            (0xA4093822, 0x299F31D0),
            [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1],
        ),
    ]
    for counter, key, wanted in cases:
        words = noise.philox([np.array([c], np.uint64) for c in counter], key)
        assert [int(w[0]) for w in words] == wanted


def test_noise_is_normal_and_depends_on_seed_and_stream():
    a = noise.stream(7, 0, 20000)
    assert abs(a.mean()) < 0.03
    assert abs(a.std() - 1) < 0.03
    assert not np.allclose(a, noise.stream(8, 0, 20000))
    assert not np.allclose(a, noise.stream(7, 1, 20000))
    assert np.array_equal(a[:6], noise.stream(7, 0, 6))
