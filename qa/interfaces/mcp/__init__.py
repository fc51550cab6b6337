"""The tools that agents call by the Model Context Protocol, at ``/mcp``.

    arguments -> AskArguments | SearchArguments | ReadArguments    arguments
              -> the library or the assistant                      tools
              -> AnswerFound | ArticlesFound | ArticleText         results
    POST /mcp -> one of the tools -> structured content            server

Text of articles is data: results are bounded in length and say so. Knows nothing about gradio.
"""
