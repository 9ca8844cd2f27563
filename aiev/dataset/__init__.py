"""From conversations to files that trainers read: split, choose, post-process, write, check, describe."""
