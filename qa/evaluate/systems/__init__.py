"""The systems that can be measured, all behind one protocol.

names, assistant -> open_systems -> System, one after another
System.answer(case) -> Reply;  System.retrieve(case) -> article keys, best first

Citewire itself, two llama-index engines and BM25, over the same passages, vectors and model.
Nothing here knows how a reply is scored.
"""
