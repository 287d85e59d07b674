"""Generated texts, as officers type or paste them."""

from __future__ import annotations

from hypothesis import strategies as st

# Letters that can be printed on forms, also decomposed, and every kind of white space.
SIGNS = [*"aăâđêôơưộứABCĐ019.,;:–“”()/ ", "o\u0302\u0323", "\n", "\r\n", "\r", "\t", "\u00a0"]
TYPED = st.lists(st.sampled_from(SIGNS), max_size=120).map("".join)
