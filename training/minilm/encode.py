"""Sentence embeddings as sentence-transformers makes them: mean over tokens, then unit length."""

import torch
from tokenizers import Tokenizer
from transformers import BertModel, logging

LENGTH = 128  # tokens; longer texts are cut


def open_model(source, kind=BertModel, **options):
    """The float model without its pooler (sentence embeddings don't use it)."""
    logging.set_verbosity_error()
    return kind.from_pretrained(source, add_pooling_layer=False, **options)


def open_tokenizer(source):
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(LENGTH)
    return tokenizer


def token_ids(tokenizer, texts):
    return [encoding.ids for encoding in tokenizer.encode_batch(texts)]


def pooled(model, ids):
    """[len(ids), width]: unit vectors of one padded batch."""
    longest = max(map(len, ids))
    tokens = torch.zeros(len(ids), longest, dtype=torch.long)
    mask = torch.zeros(len(ids), longest, dtype=torch.long)
    for row, text in enumerate(ids):
        tokens[row, : len(text)] = torch.tensor(text)
        mask[row, : len(text)] = 1
    half = next(model.parameters()).dtype == torch.bfloat16
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
        hidden = model(input_ids=tokens, attention_mask=mask).last_hidden_state
    weights = mask.unsqueeze(-1).float()
    mean = (hidden.float() * weights).sum(1) / weights.sum(1)
    return torch.nn.functional.normalize(mean, dim=1)


def embed(model, ids, bucket=64):
    """[len(ids), width]: in buckets of like length, so that little is padding. Keeps gradients where they are on."""
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    parts = [
        pooled(model, [ids[i] for i in order[at : at + bucket]])
        for at in range(0, len(order), bucket)
    ]
    place = torch.empty(len(order), dtype=torch.long)
    place[torch.tensor(order)] = torch.arange(len(order))
    return torch.cat(parts)[place]
