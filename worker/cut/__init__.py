"""What is no part of the article is cut from its edges and kept word for word. Pure."""
