"""Quotation attribution: which sentences of a news text somebody says, and who.

    text -> statements: paragraphs with their quotations (quotation_marks)
         -> speaker_mentions: cue verb, "according to" -> noun phrase -> speaker_names: role, name
         -> coreference: "he said" -> the named speaker before
         -> Statement(sentence, speaker, role, direct | indirect)

A sentence that is missed or wrongly attributed is mended in ``speaker_mentions``, a wrongly cut
name or role in ``speaker_names``, a wrong "he" in ``coreference``, a quotation given to the wrong
neighbour in ``statements``; words are added in ``lexicon``. Knows nothing about dates, stores or
questions.
"""
