"""Does the audit find what slipped through, and stay quiet where nothing did?"""
