"""What an account holds now: by subject, one function for each thing that the checks ask for.

All of them raise UnreadableError where the account does not say. That something is not there is an answer.
"""
