/** A stream of this process that may be a terminal. */
interface Output {
  readonly isTTY?: boolean
  readonly columns?: number
}

/**
 * What the command is told of the terminal of root, which it can't see: that a person reads there, and how wide it
 * is, as lib/log/terminal.ts reads it. Colours would be shown instead of done.
 */
export function environmentFor(outputs: readonly Output[], env: NodeJS.ProcessEnv, pid: number) {
  const { SEALBEAT_TERMINAL: _, ...others } = env
  const terminals = outputs.flatMap(({ isTTY, columns }, at) =>
    isTTY === true ? [`${at + 1}:${columns ?? 0}`] : [],
  )
  if (terminals.length === 0) return others
  return { ...others, NO_COLOR: '1', SEALBEAT_TERMINAL: [pid, ...terminals].join(' ') }
}
