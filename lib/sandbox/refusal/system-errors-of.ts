/** The properties of Node's system errors that say what was refused. */
export interface SystemError {
  readonly code: string
  readonly syscall: string
  readonly path?: string
  readonly dest?: string
  readonly address?: string
  readonly port?: number
}

/** Causes of causes are enough. */
const MAX_DEPTH = 8

/** Every system error in something thrown. */
export function systemErrorsOf(thrown: unknown): readonly SystemError[] {
  return errorsIn(thrown).flatMap(error => asSystemError(error) ?? [])
}

/** Every error in something thrown: itself, its causes, and those that it has collected. */
export function errorsIn(thrown: unknown, depth = 0): readonly Error[] {
  if (!(thrown instanceof Error) || depth > MAX_DEPTH) return []
  const collected: readonly unknown[] = thrown instanceof AggregateError ? thrown.errors : []
  return [thrown, ...[thrown.cause, ...collected].flatMap(each => errorsIn(each, depth + 1))]
}

function asSystemError(error: Error): SystemError | undefined {
  const fields = new Map<string, unknown>(Object.entries(infoOf(error)))
  const text = (key: string) => {
    const value = fields.get(key)
    return typeof value === 'string' ? value : undefined
  }
  const [code, syscall] = [text('code'), text('syscall')]
  if (code === undefined || syscall === undefined) return undefined
  const [path, dest, address, port] = [
    text('path'),
    text('dest'),
    text('address'),
    fields.get('port'),
  ]
  return {
    ...{ code, syscall },
    ...(path !== undefined && { path }),
    ...(dest !== undefined && { dest }),
    ...(address !== undefined && { address }),
    ...(typeof port === 'number' && { port }),
  }
}

/** Errors of libuv that Node has no class of its own for (`ERR_SYSTEM_ERROR`) keep their properties in `info`. */
function infoOf(error: Error): object {
  const info: unknown = 'info' in error ? error.info : undefined
  return typeof info === 'object' && info !== null && 'syscall' in info ? info : error
}
