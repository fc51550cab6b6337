"""Finds the passages that may answer a question.

    candidates = dense search (embeddings) + lexical search (BM25), within the filters   retriever
    ranked     = rank(candidates, question)      weighted sum of six features            ranking
    hits       = drop_wire_copies(ranked)        near-duplicates count once              ranking

In comes a ``Question``, out go ``Hit``s: passages with their articles, best first. Knows nothing
about sentences, answers or language models.
"""
