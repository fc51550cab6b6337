"""What people and programs use: the command line (``cli``), the chat page (``page``), the HTTP API
(``api``); ``app.py`` serves the last two, behind ``access``, which decides who may use them.

    arguments | clicks | requests -> Assistant -> Answer | events -> text | HTML | JSON

``event_stream`` reads an answer in a thread for whoever serves it, ``links`` decides which
addresses become links, ``assets`` holds the style sheet, the script and the icon of the page. Knows
nothing about how answers are made.
"""
