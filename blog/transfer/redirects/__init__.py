"""Redirects that somebody makes: by hand, from a list, or for what is asked for in
vain. They stand here, as they lead to posts, and old addresses mean some of them.
"""
