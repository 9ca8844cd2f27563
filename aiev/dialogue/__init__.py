"""The dialogue of one item: questioner, programmer and interpreter in a LangGraph state machine."""
