"""The door for time: Celery wakes the sweep and the post. It knows no rule and keeps nothing."""
