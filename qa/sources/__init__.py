"""Compares what several reports say: which is newest, which are independent, where they differ.

    reports    = reported_quantities(question, hits)    one per story, speaker and day; each of them
                                                        passes the tests of ``relevance``
    comparison = compare_reports(question, reports)     consistency: superseded, disputed
                 or what the article takes back         corrections
    quotes, values and bold figure of the answer        presentation
    number of outlets behind the citations              independent_outlets
    "since the truce began" -> the day of that event    event_days
    "What happened in June?" -> dated events            timeline
    "Summarise the news about ..." -> stories, told     digest (stories, telling_sentences)

In come a question and its passages or citations, out go frozen values. Knows nothing about language
models, and decides nothing about whether a question is answered.
"""
