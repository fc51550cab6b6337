"""English as far as comparing texts needs it: words, stems, names, numbers and sentences.

    text -> words.content_stems                   what a text is about
         -> entity_names.index_names              whom and what it names
         -> numbers.find_numbers                  the values it gives
         -> time_spans, lexicon                   when; antonyms, synonyms, negators, hedges
         -> sentence_tokens.parse_sentences       tokens with negation, hedges and quantifiers

Pure, cached functions of text. Knows nothing about questions, articles or evidence.
"""
