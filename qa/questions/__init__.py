"""Understands the text of a question, before anything is searched.

    interpretation     text, history, day of asking -> Question (query, kind of answer, filters)
      time_constraints   "before June", "last week", "according to UPI" -> Filters, Period
    decomposition      "Who won and how many ...?" -> the single questions in it
    timeline_requests  "What happened in June?" -> TimelineRequest (subject and days)
    open_requests      "Summarise the news about ..." -> OpenRequest (form, subject, sides, days)

In comes what a user typed, out go frozen values. Knows nothing about passages or answers, and of
the library only the names of its outlets.
"""
