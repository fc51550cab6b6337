"""The chat page as values and HTML; ``app.py`` serves it.

    question -> events of Assistant.stream()
             -> Conversation of Exchanges               visit, conversation
             -> HTML of the conversation                conversation_page, comparison_panel
             -> HTML of the cited sources               source_cards

Text of articles, models and visitors is escaped in every module (``markup``). Knows nothing about
gradio, sessions or how answers are made.
"""
