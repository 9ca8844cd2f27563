"""From conversations to files that trainers read: split, select, post-process, write, check, describe."""
