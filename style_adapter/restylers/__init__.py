"""Who rewords a draft in a persona's voice: the adapter in this process, the prompt layer, a remote server of adapters."""
