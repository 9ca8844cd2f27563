"""Who talks: questioner, programmer, and the other roles that a model plays."""
