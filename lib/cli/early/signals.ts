/**
 * Imported before anything else: until the agent watches its signals, SIGHUP must not end it, and SIGUSR1 must not
 * open a debugger's port. Of an agent alone, as a terminal that closes ends the other commands.
 */
if (process.argv.includes('run')) {
  for (const signal of ['SIGHUP', 'SIGUSR1']) process.on(signal, () => {})
}
