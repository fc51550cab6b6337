"""The page of a saved answer, at ``/answer/ID``, and the same as JSON.

    id -> SavedAnswer -> AnswerView: as it was given, and what has changed since   answer_view
       -> a page | JSON                                                            answer_page
    routes: the two addresses                                                      routes
    Answer -> id, and saved behind whoever shows it                                answer_saver

Ids cannot be guessed, so that only who was given the address finds the answer. Text of articles is
escaped in every module. Needs no script. Knows nothing about how answers are made.
"""
