"""Asking in the page: which articles may answer, and a question asked anew.

    what the script or an address says -> filter_choice -> Filters -> filter_bar -> HTML

Knows nothing about gradio, nor about how an answer is shown.
"""
