/**
 * Imported before anything else: until the agent watches its signals, SIGHUP must not end it, and SIGUSR1 must not
 * open a debugger's port. Of an agent alone, as a terminal that closes ends the other commands.
 */
if (process.argv.includes('run')) {
  // SIGUSR1 first: who sees that the agent has a handler for SIGHUP may send either.
  for (const signal of ['SIGUSR1', 'SIGHUP']) process.on(signal, () => {})
}
