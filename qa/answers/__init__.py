"""Answers as proof: citations, quotations, and what becomes of a saved answer.

    rated evidence -> quoting: which sentences, with the sentence that a pronoun refers to
    claim + evidence -> citations: the fewest quotes that support it, numbered
    citation -> quote_annotation: the days that its words mean, and who says them
    saved answer -> recheck: are its quotes still in their articles?

In: evidence sentences and what a library knows about them. Out: citations, sentences of an answer,
and verdicts on saved answers. Does not know how evidence was found or what a model is.
"""
