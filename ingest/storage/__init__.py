"""Stores articles durably and makes their passages searchable.

    articles that were decided on -> batches -> catalogue (texts, versions, annotations)
                                             -> embedder -> vector_index (Chroma)
                                             -> lexical_index (tantivy)
    question -> search (dense or lexical, filtered) -> passage ids with scores

``library.Library`` is the way in. The catalogue is the only truth: both indexes are rebuilt from it
when they are lost. Knows nothing about where articles come from, or about how questions are
answered. Modules import what is heavy (chromadb, OpenVINO, llama-index) when it is first used.
"""
