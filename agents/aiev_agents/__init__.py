"""The agents of aiev: who talks, to which model, with which prompts."""
