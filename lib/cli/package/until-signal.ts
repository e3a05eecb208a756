const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** A signal to the command ends it, by that signal, once what it has started and written is gone. */
export async function untilSignal<T>(act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const end = new AbortController()
  let received: NodeJS.Signals | undefined
  const receive = (signal: NodeJS.Signals) => {
    received ??= signal
    end.abort(new Error(signal))
  }
  for (const signal of ENDING) process.on(signal, receive)
  try {
    return await act(end.signal)
  } finally {
    for (const signal of ENDING) process.off(signal, receive)
    if (received !== undefined) process.kill(process.pid, received)
  }
}
