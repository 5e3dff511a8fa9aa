"""The owner's console: pages of the API that only show. Server-rendered, without scripts, cookies or forms."""
