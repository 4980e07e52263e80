"""Facts and plan in, result out. Pure: no Django, no database, no clock, no randomness. Read run.py first."""

ENGINE_VERSION = "1.0.0"
