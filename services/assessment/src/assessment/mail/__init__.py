"""Mail: what is sent to candidates, how it is carried, and who sees to it that it is."""
