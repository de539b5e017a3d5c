"""Redis: what is kept there, under which key, in which form. Nothing in it is needed to rebuild the rest."""
