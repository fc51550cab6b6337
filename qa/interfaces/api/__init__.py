"""The HTTP API, which ``app.py`` serves: OpenAI's chat completions, our own format, and probes.

    body -> ChatQuestion (question, history)      chat_request
         -> events of Assistant.stream()          routes
         -> text with the places of its marks     message_text
         -> completion | chunks of a stream       completion
    body -> AskBody | CheckBody                   ask_request
         -> events | check                        ask_routes, check_routes
    any error -> status and OpenAI's error        api_errors

Text of articles is data: it is neither executed nor left able to become a link or a picture where a
client renders Markdown. Knows nothing about gradio or how answers are made.
"""
