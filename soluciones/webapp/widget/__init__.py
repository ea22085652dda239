"""The widget on other people's pages: who may embed it, what it is told, and the pages for site owners."""
