"""The page on which a whole article is read, at ``/article/ID``, and the same as JSON.

    address -> ArticleRequest                          article_request
    library -> ArticleView: text, versions, annotations, copies   article_view
            -> paragraphs with marks and margin notes  annotated_text
            -> what changed between two versions       version_comparison
            -> a page | JSON                           article_page, article_json
    routes: the two addresses                          routes

Text of articles is escaped in every module. Needs no script. Knows nothing about questions.
"""
