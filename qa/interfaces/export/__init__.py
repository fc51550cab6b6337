"""Answers as files: Markdown and a web page of its own, with a footnote for every citation.

    Answers -> document: blocks of text with the numbers of footnotes, and the footnotes
            -> markdown | html_page -> text of a file

Pure: nothing here reads a library, a clock or a disk. Text of articles, models and visitors is
escaped for the format it goes into.
"""
