"""Reads question sets of several formats, and makes one from a library's own articles.

file     -> file_items -> formats -> question_set: cases (and articles, if the file brings them)
articles -> standalone_sentences -> cloze: drafts -> generation: cases with answers and evidence

Knows nothing about systems or measures.
"""
