import { AgentError, messageOf } from './errors.ts'

/** As much of Node's errors of the kernel as there is to tell. */
interface SystemError {
  readonly code: string
  readonly syscall: string
  readonly path?: string
  readonly address?: string
  readonly port?: number
}

/**
 * Why something failed, for the operator: what the kernel has refused, and what to do, where Node says it
 * in its own words only (`listen EADDRINUSE: address already in use :::80`); any other message as it is.
 */
export function plainReason(thrown: unknown): string {
  const words = isSystemError(thrown) ? wordsOf(thrown) : undefined
  return words ?? messageOf(thrown)
}

/** A message that somebody has put in the place of Node's is theirs, and better. */
function isSystemError(thrown: unknown): thrown is Error & SystemError {
  if (!(thrown instanceof Error) || !('code' in thrown) || !('syscall' in thrown)) return false
  const { code, syscall, message } = thrown
  return message.startsWith(`${code}: `) || message.startsWith(`${syscall} ${code}`)
}

function wordsOf({ code, syscall, path, address = '', port }: SystemError): string | undefined {
  const isSocket = syscall === 'listen' || syscall === 'bind'
  if (isSocket) return ON_SOCKET[code]?.(port && port > 0 ? `${address}:${port}` : address, syscall)
  return path === undefined ? undefined : ON_FILE[code]?.(path, syscall)
}

type Words = Readonly<Record<string, (what: string, syscall: string) => string>>

const ON_SOCKET: Words = {
  EADDRINUSE: what =>
    `${what} is in use: end the process that listens there (\`ss -lnp\` names it), or set another`,
  EACCES: what =>
    `${what} is not for ${user()}: a port below 1024 takes CAP_NET_BIND_SERVICE, or set another`,
  EADDRNOTAVAIL: what => `${what} is no address of this host: set one that \`ip addr\` shows`,
}

const ON_FILE: Words = {
  EACCES: (what, syscall) =>
    `${what} may not be ${syscall === 'mkdir' ? 'made' : 'opened'} by ${user()}: see its owner and ` +
    'mode, and those of the folders above',
  EROFS: what => `${what} is read-only here: a unit lets it be written with ReadWritePaths=`,
  ENOSPC: what => `${what}: no space left on the device`,
  ENOENT: what => `${what} does not exist`,
  ENOTDIR: what => `${what}: a file is in the place of one of the folders above`,
  EEXIST: (what, syscall) => `${what} is ${syscall === 'mkdir' ? 'no folder' : 'there already'}`,
}

function user(): string {
  return `this user (uid=${process.geteuid?.() ?? '?'})`
}

/** What names a thing that could not be opened, whatever its `open` has thrown. */
export function openFailed(what: string, cause: unknown): AgentError {
  if (cause instanceof AgentError && cause.code !== 'OPEN_FAILED') return cause
  const message = `${what} could not be opened: ${plainReason(cause)}`
  return new AgentError('OPEN_FAILED', message, { cause })
}
