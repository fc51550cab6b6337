"""Reads what users point at (files, folders, web addresses, feeds, records) into documents.

    for each source:                                     reader
        a file or folder  -> its files by kind           folders, files, record_files, web_archives
        a web address     -> fetch, politely and safely  fetch, address_guard
                          -> a page, or every article of a feed or sitemap    feeds
        -> Document: text, HTML, file bytes or record fields, with the facts known beforehand

A bad item is yielded as its BadInput and never stops the rest. Knows nothing about articles, dates
or stores: ``ingest.extraction`` makes articles out of documents.
"""
