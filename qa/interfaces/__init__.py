"""What people use: the command line (``cli``) and the chat page (``page``, served by ``app.py``).

    arguments | clicks -> Assistant -> Answer | events -> text | JSON | HTML

``assets`` holds the style sheet, the script and the icon of the page. Knows nothing about how
answers are made.
"""
