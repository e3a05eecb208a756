/** As it was before any plugin was imported. */
const exit = process.exit.bind(process)

/** Ends the process, which nobody else does while plugins are at work. */
export function endProcess(code: number): never {
  return exit(code)
}

/**
 * Makes `process.exit` throw: a plugin that calls it has failed, and does not take the others and the events in the
 * queue with it. Returns a function that undoes this.
 */
export function refuseExit(): () => void {
  const refuse = (code?: number | string | null): never => {
    const called = `process.exit(${code ?? ''})`
    throw new Error(
      `${called} is not for a plugin to call: one that is done returns, one that can’t go on throws`,
    )
  }
  process.exit = refuse
  return () => {
    // Not if a plugin has put its own in place.
    if (process.exit === refuse) process.exit = exit
  }
}
