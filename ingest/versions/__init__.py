"""Versions: whether an article is new, what changed in it, and whose copy it is.

    Article, stored articles -> decision: new | revised | duplicate | unchanged
    Article, similar ones    -> near_duplicates: cluster of copies -> originals: which came first
    title, text              -> notices: corrections and retractions that it prints about itself
    two versions             -> text_diff: changed sentences

Pure functions over records; knows nothing about stores.
"""
