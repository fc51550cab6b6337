"""What people and programs use: the command line (``cli``), the chat page (``page``), the pages of
articles (``article_page``) and of the library (``library``), the HTTP API (``api``), the tools of
agents (``mcp``); ``app.py`` serves all but the first, behind ``access``, which decides who may use
them.

    arguments | clicks | requests -> Assistant -> Answer | events -> text | HTML | JSON

``asking`` reads what may answer and finds what to ask next, ``answer_page`` has the pages of saved
answers, ``charts`` draws days and values, ``export`` lays answers out as files.

``frame`` is around every page but the chat, ``event_stream`` reads an answer in a thread for
whoever serves it, ``server_address`` finds where a server may listen, ``links`` decides which
addresses become links, ``metrics`` counts what is done, ``model_offer`` tells how to add a language
model, ``assets`` holds style sheets, scripts and the icon. Knows nothing about how answers are
made.
"""
