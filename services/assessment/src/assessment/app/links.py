"""The link that a candidate gets: its token stands in the fragment, which no browser sends to any server."""


def link(base_url: str, token: str) -> str:
    """Build `<base>/take#<token>`; a base may name the page itself."""
    page = base_url.rstrip("/")
    return f"{page}#{token}" if page.endswith("/take") else f"{page}/take#{token}"
