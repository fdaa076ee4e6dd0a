"""Does the knowledge hold together?"""
