"""Decides who may use what is served, and protects it: sign-in, limits, and security headers.

    request -> is it from a foreign page, too large?      request_checks
            -> Visitor (name, role) or nobody             identity <- users_file, session_cookie
            -> asked too often?                           sliding_limit
            -> the page, the API; or a refusal            middleware, sign_in_page
    response -> the same with security headers            security_headers

``visitor`` is what later pages need: who asks, and whether they may write. Knows nothing about
gradio, articles or answers.
"""
