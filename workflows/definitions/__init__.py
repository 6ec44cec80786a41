"""What an organisation may configure: workflows, policy packs and working calendars, read and checked."""
