"""Both services held to their OpenAPI documents by requests that nobody thought of."""
