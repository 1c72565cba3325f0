"""What every service needs around its own work: settings, problems, tokens, logs and the server that runs it."""
