"""What all pages but the chat share: the frame around them, their style sheets, one set of colours.

    title, HTML of the main part -> a whole page       page_frame
    name -> a style sheet, a script                    assets, routes

``assets/theme.css`` holds the colours and typefaces, also of the chat; ``assets/frame.css`` is how
the frame looks; each page has one more sheet. Knows nothing about what stands on a page.
"""
