import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'

/** Where a module names another one: in an import, or in the path of a program that a test starts. */
const NAMED = /(['"])(\.\.?\/[^'"\n]+\.js)\1/g

/**
 * The modules of a build. An ES module is evaluated once in a process. So a mutant is tried with variants: the
 * changed module and all that import it are written again under names with a number and import each other.
 */
export class Modules {
  readonly #texts: ReadonlyMap<string, string>
  readonly #importers = new Map<string, string[]>()

  /** The texts of the modules by their paths. */
  constructor(texts: ReadonlyMap<string, string>) {
    this.#texts = texts
    for (const file of texts.keys()) {
      for (const imported of this.#importsOf(file)) {
        const importers = this.#importers.get(imported)
        if (importers) importers.push(file)
        else this.#importers.set(imported, [file])
      }
    }
  }

  /** A module and all that import it, however far. */
  dependentsOf(module: string): ReadonlySet<string> {
    return reachable([module], file => this.#importers.get(file) ?? [])
  }

  /** A test file and all that it imports, however far. */
  neededBy(test: string): ReadonlySet<string> {
    return reachable([test], file => this.#importsOf(file))
  }

  /** The text of a variant, which names the variants of `renamed`. */
  textOf(file: string, code: string, renamed: ReadonlySet<string>, number: number): string {
    return code.replace(NAMED, (whole, quote: string, path: string) =>
      renamed.has(resolved(file, path)) ? quote + variantPath(path, number) + quote : whole,
    )
  }

  /** @throws Error if the build does not have the module */
  codeOf(file: string): string {
    const code = this.#texts.get(file)
    if (code === undefined) throw new Error(`there is no ${file}`)
    return code
  }

  #importsOf(file: string): readonly string[] {
    const code = this.#texts.get(file) ?? ''
    return Array.from(code.matchAll(NAMED), ([, , path = '']) => resolved(file, path))
  }
}

/** `dist/lib/a.js` → `dist/lib/a.mutant-7.js` */
export function variantPath(path: string, number: number): string {
  return path.replace(/\.js$/, `.mutant-${number}.js`)
}

/**
 * Whether an error comes from the variants of other jobs only: from a timer, say, that an earlier one left.
 * It says nothing about the mutant at hand.
 */
export function isOfOtherJob(error: unknown, number: number): boolean {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const numbers = Array.from(stack.matchAll(/\.mutant-(\d+)\.js/g), ([, digits]) => Number(digits))
  return numbers.length > 0 && !numbers.includes(number)
}

/** The modules of a folder, but for bundles, which nothing imports. */
export function modulesIn(folder: string): Modules {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.js') && !file.startsWith('bundle/'))
    .map(file => `${folder}/${file}`)
  return new Modules(new Map(files.map(file => [file, readFileSync(file, 'utf8')])))
}

function resolved(file: string, path: string): string {
  return posix.join(posix.dirname(file), path)
}

function reachable(from: readonly string[], next: (file: string) => readonly string[]) {
  const found = new Set(from)
  for (const file of found) {
    for (const one of next(file)) found.add(one)
  }
  return found
}
