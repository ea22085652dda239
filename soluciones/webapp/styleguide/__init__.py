"""The design system on one page: tokens with their contrast, and every component with real content."""
