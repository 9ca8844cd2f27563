"""A vLLM server as the model: started by aiev and ended with it, or one that runs already.

Its modules: `command` (the command line), `guard` (the process that ends it), `process` (its
life), `log` (why it died), `model` (the chat model, with LoRA adapters).
"""
