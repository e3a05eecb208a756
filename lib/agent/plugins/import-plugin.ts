import { fileURLToPath, pathToFileURL } from 'node:url'
import { messageOf } from '../../errors.ts'
import { packageRoot } from '../../own-package.ts'
import { plainReason } from '../../system-errors.ts'
import { attributeTo, currentBeat } from '../process/attribution.ts'

/**
 * The default export of a plugin's file.
 *
 * @param remedy what to say further of an import that has failed
 * @throws Error whose message names the file and says why it can't be imported
 */
export async function importDefault(file: string, remedy: string): Promise<unknown> {
  try {
    return unwrapped((await importAlone(file)).default)
  } catch (thrown) {
    throw new Error(`${file} can't be imported: ${importFailure(thrown, file)}${remedy}`, {
      cause: thrown,
    })
  }
}

/** A CommonJS module that was compiled from ESM has its default export one level down. */
function unwrapped(exported: unknown): unknown {
  if (typeof exported !== 'object' || exported === null) return exported
  return '__esModule' in exported && 'default' in exported ? exported.default : exported
}

/**
 * Imports a file that comes from outside, whose code runs before there is a log: an exception that it
 * leaves uncaught, or an `await` that nothing can end any more, would end the process with a stack or
 * without a word. Both reject here instead, like whatever else the import throws.
 */
async function importAlone(file: string): Promise<{ readonly default?: unknown }> {
  const { promise, reject } = failure()
  const isOwn = () => currentBeat() === undefined || currentBeat() === file
  const onStray = (thrown: unknown) => {
    if (!isOwn()) return
    reject(new Error(`it leaves an error uncaught: ${messageOf(thrown)}`, { cause: thrown }))
  }
  const onIdle = () => reject(new Error('its top-level await has nothing left to wait for'))
  process.on('uncaughtException', onStray).on('unhandledRejection', onStray)
  process.on('beforeExit', onIdle)
  try {
    return await Promise.race([attributeTo(file, () => completed(file)), promise])
  } finally {
    process.off('uncaughtException', onStray).off('unhandledRejection', onStray)
    process.off('beforeExit', onIdle)
  }
}

/** Rejections count as unhandled only after the turn in which they have come about. */
async function completed(file: string): Promise<{ readonly default?: unknown }> {
  const module: { readonly default?: unknown } = await import(pathToFileURL(file).href)
  await new Promise(resolve => setImmediate(resolve))
  return module
}

function failure() {
  let reject: (reason: Error) => void = () => undefined
  const promise = new Promise<never>((_, no) => {
    reject = no
  })
  return { promise, reject }
}

/** Why the import of a file has failed, in one line, and what to do where that can be told. */
function importFailure(thrown: unknown, file: string): string {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  const reason = plainReason(thrown).split('\n')[0] ?? ''
  return KNOWN[code]?.(reason, file, thrown) ?? `${reason}${hintOf(thrown, reason, file)}`
}

/** By Node's code; undefined where it is not what it usually is. */
const KNOWN: Readonly<
  Record<string, (reason: string, file: string, thrown: unknown) => string | undefined>
> = {
  ERR_UNKNOWN_FILE_EXTENSION: (_, file) =>
    /\.[mc]?ts$/.test(file)
      ? `Node ${process.version} does not run TypeScript; compile it, or use Node 22.18 or later`
      : undefined,
  ERR_MODULE_NOT_FOUND: reason => {
    if (reason.startsWith('Cannot find package')) return `${reason}; install it there with npm`
    const isBare = /^Cannot find module '[^']*\/[^'./]+'/.test(reason)
    return isBare ? `${reason}; an import names a file with its ending, such as .js` : reason
  },
  MODULE_NOT_FOUND: (reason, file, thrown) => {
    const name = /^Cannot find module '(.+)'$/.exec(reason)?.[1] ?? ''
    if (name.endsWith('.node')) return `${reason}${placeOf(thrown, file)}; build it there${REBUILD}`
    if (/^\.{0,2}\//.test(name)) return undefined
    return `${reason}${placeOf(thrown, file)}; install it there with npm`
  },
  ERR_DLOPEN_FAILED: (reason, file, thrown) =>
    `${reason}${placeOf(thrown, file)}; the addon was built for another system: build it here${REBUILD}`,
}

const REBUILD = ' ("npm rebuild")'

/** Node says where a syntax error is on the console only; a name that is not exported is none. */
function hintOf(thrown: unknown, reason: string, file: string): string {
  if (thrown instanceof SyntaxError && !reason.includes('does not provide an export')) {
    return ` (\`node ${file}\` shows where)`
  }
  return placeOf(thrown, file)
}

/** ` (line 3)`: where in the file it was thrown; else in what it imports: ` (/opt/a/lib.js, line 3)`. */
function placeOf(thrown: unknown, file: string): string {
  const { stack = '' } = rootOf(thrown)
  const frames = stack.split('\n').flatMap(frameOf)
  const own = frames.find(({ path }) => path === file)
  if (own) return ` (line ${own.line})`
  const framework = fileURLToPath(packageRoot())
  const other = frames.find(({ path }) => !path.startsWith(framework))
  return other ? ` (${other.path}, line ${other.line})` : ''
}

function rootOf(thrown: unknown): { readonly stack?: string } {
  if (!(thrown instanceof Error)) return {}
  return thrown.cause instanceof Error ? thrown.cause : thrown
}

/** `at f (file:///opt/a/lib.js:3:7)`; CommonJS has plain paths. */
function frameOf(line: string): readonly { readonly path: string; readonly line: string }[] {
  const [, place = '', at = ''] =
    /^\s+at (?:.* )?\(?((?:file:\/\/)?\/[^()]*):(\d+):\d+\)?$/.exec(line) ?? []
  if (place === '') return []
  return [{ path: place.startsWith('file:') ? fileURLToPath(place) : place, line: at }]
}
