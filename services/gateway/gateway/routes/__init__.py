"""The HTTP routes: `families` lists what is served; beside them what they are made of, such as envelopes and words."""
