"""Does the audit find leaks, and report nothing where there are none?"""
