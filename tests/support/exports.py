"""What tests of exports compare."""

ALL = ("messages", "openai", "sharegpt", "llama-factory", "prompt-completion", "dpo", "kto")


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
