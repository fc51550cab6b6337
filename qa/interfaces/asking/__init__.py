"""Asking in the page: which articles may answer, a question asked anew, and what to ask next.

    what the script or an address says -> filter_choice -> Filters -> filter_bar -> HTML
    Answer -> question_candidates -> suggestions: those that the articles were seen to answer

Knows nothing about gradio, nor about how an answer is shown.
"""
