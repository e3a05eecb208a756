import { existsSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { builtinBeats } from '../../agent/plugins/load.ts'
import { UsageError } from '../usage-error.ts'

/** Of a beat (see beat-shape.ts), and no longer than npm takes. */
const NAME = /^[a-z0-9][a-z0-9_-]{0,213}$/

/** @throws UsageError where a package and a beat can't both be called so */
export function requireName(name: string): void {
  const why = objectionTo(name)
  if (why) throw new UsageError(`${JSON.stringify(name)} can't be the name: ${why}`)
}

function objectionTo(name: string): string | undefined {
  if (!NAME.test(name)) return 'write lower case letters, digits, - and _, a letter or digit first'
  if (existsSync(new URL(`${name}/index.js`, builtinBeats()))) return 'a built-in beat has it'
  // Node looks for a module of its own before it looks for a package.
  if (isBuiltin(name)) return 'a module of Node has it'
  // A package can't depend on one of its own name; the other is where npm installs.
  return ['sealbeat', 'node_modules'].includes(name) ? 'npm refuses it' : undefined
}
