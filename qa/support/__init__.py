"""Support checking: whether quotes support a claim (textual entailment), without a model.

    claim, quotes -> nearest evidence sentences
                  -> word coverage, missing facts, contradictions   (features, contradictions)
                  -> logistic regression -> probability and reasons (checker)

``checker.check_support`` is the entry. Knows nothing about questions, articles or citations.
"""
