import { isatty } from 'node:tty'

/** Where a person reads. It may become wider. */
interface Terminal {
  /** 0 or undefined if nobody has told. */
  readonly columns?: number
}

/** Standard output and standard error. */
type Descriptor = 1 | 2

/** The terminal that what is written there comes to; undefined if no person reads it. */
export function terminalOf(descriptor: Descriptor): Terminal | undefined {
  if (!isatty(descriptor)) return relayedTerminal(descriptor, process.env, process.ppid)
  return descriptor === 1 ? process.stdout : process.stderr
}

/**
 * That of the relay (lib/relay/), which writes there what the command of root has written to a socket. It tells of
 * it in the environment, for the process that it has started: `PID 1:80 2:80`, by descriptor, with its columns.
 */
export function relayedTerminal(
  descriptor: Descriptor,
  { SEALBEAT_TERMINAL }: NodeJS.ProcessEnv,
  parent: number,
): Terminal | undefined {
  const [relay, ...terminals] = SEALBEAT_TERMINAL?.split(' ') ?? []
  if (relay !== String(parent)) return undefined
  const columns = terminals.find(each => each.startsWith(`${descriptor}:`))?.slice(2)
  return columns === undefined ? undefined : { columns: Number(columns) || 0 }
}

/** How wide lines may be now: endless where no person reads, or where nobody has told. */
export function columnsOf(terminal: Terminal | undefined): number {
  return terminal?.columns || Number.POSITIVE_INFINITY
}
