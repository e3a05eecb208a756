import { readdirSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { packageRoot } from '../../own-package.ts'
import type { Dependency } from './dependency.ts'

/** A folder of config/templates. */
export type Template = 'beat' | 'output' | 'processor' | 'agent'

/** The values of the placeholders: `__NAME__`, `__VERSION__` and so on. */
interface Values {
  readonly name: string
  /** The version of sealbeat. */
  readonly version: string
  readonly dependency: Dependency
}

/** The files of a new package: their contents by path. */
export function filesOf(template: Template, values: Values): ReadonlyMap<string, string> {
  const root = new URL(`config/templates/${template}/`, packageRoot())
  const names = readdirSync(fileURLToPath(root), { recursive: true, encoding: 'utf8' })
  const files = names
    .map(name => ({ path: fill(withDot(name), values), file: new URL(name, root) }))
    .filter(({ file }) => statSync(file).isFile())
    .sort((a, b) => (a.path < b.path ? -1 : 1))
  return new Map(files.map(({ path, file }) => [path, fill(readFileSync(file, 'utf8'), values)]))
}

/** Adds the dot to .gitignore and .github: npm would not publish a .gitignore, and would obey it. */
function withDot(path: string): string {
  return path.replace(/^git(ignore$|hub\/)/, '.$&')
}

function fill(text: string, { name, version, dependency }: Values): string {
  return text
    .replaceAll('__NAME__', name)
    .replaceAll('__VERSION__', version)
    .replaceAll('"__SEALBEAT__"', () => JSON.stringify(dependency.spec))
    .replaceAll('"__SOURCE__"', () => JSON.stringify(dependency.source))
}
