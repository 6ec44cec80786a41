"""Starting Gatehouse: its own environment, real servers, one supervisor.

This room starts processes and knows nothing of requests or decisions. Other rooms are started by it as
separate processes; of the product it imports only `workflows.settings`.
"""
