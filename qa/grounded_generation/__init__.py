"""Grounded generation: a capable model reads whole passages, and code proves what it writes.

    query -> planner (complete question, searches) -> retrieval
        -> excerpts (passages with neighbours, within a token budget)
        -> prompts -> model -> reply_parser -> claims, what is missing, further searches
        -> proof (code first, then one call of an entailment judge) -> Composition

For models that are told apart by ``qa/writing/model_profile.py``; small ones write in
``qa/writing`` from single sentences. A refusal of a capable model is believed. Raises ModelError
when the model fails; then the engine quotes.
"""
