"""Every operation of the document asked by every actor with one employer's ids."""
