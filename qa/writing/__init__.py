"""Written answers: a model writes, code cites and checks.

    evidence -> prompts -> models -> sentence_stream -> claim_check (citations, support)
        -> in doubt? claim_repair: entailment_judge, claim_trimming, one rewrite
        -> Written: a sentence with its evidence, supported or not

In: a question, its evidence sentences and a llama-index model. Out: checked sentences, one at a
time. Does not know how evidence was found, nor how an answer looks. A failing model is always a
``ModelError``.
"""
