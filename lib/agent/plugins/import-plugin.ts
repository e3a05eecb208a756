import { fileURLToPath, pathToFileURL } from 'node:url'
import { messageOf } from '../../errors.ts'
import { packageRoot } from '../../own-package.ts'
import { plainReason } from '../../system-errors.ts'
import type { Imports } from './imports.ts'

/**
 * Imports a plugin's file and returns its default export.
 *
 * @param remedy is added to the message about a failed import
 * @throws Error whose message names the file and says why it can't be imported
 */
export async function importDefault(
  file: string,
  remedy: string,
  imports: Imports,
): Promise<unknown> {
  try {
    return unwrapped((await importAlone(file, imports)).default)
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
 * Imports a file from outside, whose code runs before there is a log. An uncaught exception in it would end
 * the process with a stack, and an `await` that can never end would end it without a word. Both reject
 * here instead, like anything else that the import throws.
 */
async function importAlone(
  file: string,
  imports: Imports,
): Promise<{ readonly default?: unknown }> {
  const { promise, reject } = failure()
  const onStray = (thrown: unknown) => {
    if (imports.isOfAnother(file)) return
    reject(new Error(`it leaves an error uncaught: ${messageOf(thrown)}`, { cause: thrown }))
  }
  const onIdle = () => reject(new Error('its top-level await has nothing left to wait for'))
  process.on('uncaughtException', onStray).on('unhandledRejection', onStray)
  process.on('beforeExit', onIdle)
  try {
    return await Promise.race([imports.of(file, () => completed(file)), promise])
  } finally {
    process.off('uncaughtException', onStray).off('unhandledRejection', onStray)
    process.off('beforeExit', onIdle)
  }
}

/** Waits one turn longer, as a rejection counts as unhandled only after the turn in which it occurred. */
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

/** Says in one line why the import of a file has failed, and what to do about it if that is known. */
function importFailure(thrown: unknown, file: string): string {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  const reason = plainReason(thrown).split('\n')[0] ?? ''
  return KNOWN[code]?.(reason, file, thrown) ?? `${reason}${hintOf(thrown, reason, file)}`
}

/** Words by Node's error code; undefined if the error is not the usual one of that code. */
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

/** Node prints the place of a syntax error on the console alone. A missing export is a SyntaxError too. */
function hintOf(thrown: unknown, reason: string, file: string): string {
  if (thrown instanceof SyntaxError && !reason.includes('does not provide an export')) {
    return ` (\`node ${file}\` shows where)`
  }
  return placeOf(thrown, file)
}

/** The place of the error in the file, ` (line 3)`, or in an import of it, ` (/opt/a/lib.js, line 3)`. */
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

/** Parses `at f (file:///opt/a/lib.js:3:7)`; frames of CommonJS have plain paths. */
function frameOf(line: string): readonly { readonly path: string; readonly line: string }[] {
  const [, place = '', at = ''] =
    /^\s+at (?:.* )?\(?((?:file:\/\/)?\/[^()]*):(\d+):\d+\)?$/.exec(line) ?? []
  if (place === '') return []
  return [{ path: place.startsWith('file:') ? fileURLToPath(place) : place, line: at }]
}
