import { fileURLToPath } from 'node:url'
import { plainReason } from '../../errors-of-system.ts'
import { packageRoot } from '../../own-package.ts'

/** Why the import of a file has failed, in one line, and what to do where that can be told. */
export function importFailure(thrown: unknown, file: string): string {
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
