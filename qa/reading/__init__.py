"""Reads the retrieved passages: which sentences are evidence, and whether they answer.

    sentences = rank_sentences(question, hits, library)      sentence_ranking  (answer_span: type)
        log-odds      = reader.read(question, sentences)     reader, reader_input
    evidence  = without_injections(sentences)                prompt_injection
    report    = [s for s in ... if not is_boilerplate(s)]    boilerplate (what a model reads)
    part      = judge_part(question, hits, evidence)         status
        confidence    = answer_probability(best sentence)    answerability
        contradiction = find_contradiction(question, ...)    false_premise
    outcome   = decide_outcome(whole, parts)                 status

A question that is refused although the articles answer it has its best sentence below
``answerability.MIN_ANSWER_PROBABILITY``; what lowered it is in that sentence's features, above all
``reader``. A question that is wrongly told to have a false premise comes from
``false_premise.find_contradiction`` alone.

In come a question and passages, out goes a frozen ``Outcome``. Knows nothing about where passages
come from, about language models, or about how an answer looks.
"""
