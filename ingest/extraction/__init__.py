"""Extracts one article from one document: its text, title, publisher, authors and dates.

    document -> text or HTML, and the facts in the file     file_formats (PDF, Word, e-mail)
             -> paragraphs of the article's body            html_page, paragraphs
             -> facts and dates that a page states          html_metadata, publication_date
             -> Article                                     article

What is no article is refused with BadInput and the reason. Knows nothing about where documents
come from or where articles are stored.
"""
