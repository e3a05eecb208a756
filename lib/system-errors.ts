import { AgentError, messageOf } from './errors.ts'
import { userWords } from './trust/accounts.ts'

/** The properties of Node's system errors that are used here. */
interface SystemError {
  readonly code: string
  readonly syscall: string
  readonly path?: string
  readonly address?: string
  readonly port?: number
}

/**
 * Why something failed, for the operator. Node's own message of a system error (`listen EADDRINUSE: address
 * already in use :::80`) is replaced by one that says what the kernel refused and what to do; any other
 * message is returned unchanged.
 */
export function plainReason(thrown: unknown): string {
  const words = isSystemError(thrown) ? wordsOf(thrown) : undefined
  return words ?? messageOf(thrown)
}

/** Whether the message is Node's own. A message that replaced it is better, and kept. */
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
    `${what} is already in use: end the process that listens there (\`ss -lnp\` shows it), or set another`,
  EACCES: what =>
    `${what} is not allowed for ${userWords()}: a port below 1024 needs CAP_NET_BIND_SERVICE; grant it, or ` +
    'set another port',
  EADDRNOTAVAIL: what => `${what} is not an address of this host: set one that \`ip addr\` shows`,
}

const ON_FILE: Words = {
  EACCES: (what, syscall) =>
    `${what} may not be ${syscall === 'mkdir' ? 'created' : 'opened'} by ${userWords()}: check its owner and ` +
    'mode, and those of the folders above it',
  EROFS: what => `${what} is read-only here: ReadWritePaths= in the unit makes it writable`,
  ENOSPC: what => `${what}: no space left on the device`,
  ENOENT: (what, syscall) =>
    syscall === 'mkdir'
      ? `${what} can not be made there: set another folder`
      : `${what} does not exist`,
  ENOTDIR: what => `${what}: one of the folders above it is a file`,
  EEXIST: (what, syscall) =>
    `${what} ${syscall === 'mkdir' ? 'is not a folder' : 'already exists'}`,
}

/** An error that names the thing that could not be opened, whatever its `open` has thrown. */
export function openFailed(what: string, cause: unknown): AgentError {
  if (cause instanceof AgentError && cause.code !== 'OPEN_FAILED') return cause
  const message = `${what} could not be opened: ${plainReason(cause)}`
  return new AgentError('OPEN_FAILED', message, { cause })
}
