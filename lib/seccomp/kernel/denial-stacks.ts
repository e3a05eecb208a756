import { createRequire, syncBuiltinESMExports } from 'node:module'
import { ownDenials } from './denials.ts'

/** The modules whose functions make system calls before they return. */
const MODULES = ['fs', 'child_process', 'dgram', 'dns', 'net', 'os'] as const
/** Of `process`, whose others are called all the time and ask the kernel nothing. */
const OF_PROCESS = /^(kill|chdir|cwd|umask|dlopen|set(e?[ug]id|groups)|initgroups|\w+Usage)$/
const ALL = /^[a-z]/
/** addon/seccomp/denial.h, kSlots. */
const NUMBERS = 1024

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown

/**
 * Where in JavaScript the main thread was when it was denied a call, under `diagnose`. The handler of
 * the signal can't ask V8; but what a synchronous function of Node has called is known when it
 * returns. So each of them is wrapped, to look whether a denial came meanwhile: before the beats are
 * imported, and only in an agent that is to be diagnosed.
 */
export class DenialStacks {
  readonly #last: () => number
  /** The first stack for each number since it was last taken. */
  readonly #stacks = new Map<number, string>()
  #seen = 0
  #depth = 0

  constructor(last: () => number) {
    this.#last = last
  }

  /** Wraps Node's functions from now on. */
  static watching(): DenialStacks {
    const stacks = new DenialStacks(ownDenials())
    const require = createRequire(import.meta.url)
    for (const name of MODULES) stacks.wrapAll(require(`node:${name}`))
    stacks.wrapAll(process, OF_PROCESS)
    syncBuiltinESMExports()
    return stacks
  }

  /** Every function of a module whose name fits: all but its classes. */
  wrapAll(module: object, names = ALL): void {
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(module))) {
      const { value, writable } = property
      if (typeof value !== 'function' || !writable || !names.test(name)) continue
      Object.defineProperty(module, name, { ...property, value: this.#wrap(value) })
    }
  }

  /** The stack of the first denial of a number that has not been taken. */
  take(number: number): string | undefined {
    const slot = Math.min(number, NUMBERS - 1)
    const stack = this.#stacks.get(slot)
    this.#stacks.delete(slot)
    return stack
  }

  #wrap(original: AnyFunction): AnyFunction {
    const stacks = this
    function wrapped(this: unknown, ...args: unknown[]): unknown {
      // Whatever was denied outside of them all is nobody's here.
      if (stacks.#depth === 0) stacks.#seen = stacks.#last()
      else stacks.#look(wrapped)
      stacks.#depth++
      try {
        return new.target ? Reflect.construct(original, args) : original.apply(this, args)
      } finally {
        stacks.#depth--
        stacks.#look(wrapped)
      }
    }
    // With name, length, and what util.promisify looks for.
    return Object.defineProperties(wrapped, Object.getOwnPropertyDescriptors(original))
  }

  #look(caller: AnyFunction): void {
    const last = this.#last()
    if (last === this.#seen) return
    this.#seen = last
    const number = last % NUMBERS
    if (!this.#stacks.has(number)) this.#stacks.set(number, stackAbove(caller))
  }
}

/** `at f (file:line:column)` lines, from the caller of a function on. */
function stackAbove(caller: AnyFunction): string {
  const holder: { stack?: string } = {}
  Error.captureStackTrace(holder, caller)
  const [, ...lines] = (holder.stack ?? '').split('\n')
  return lines.map(line => line.trim()).join('\n')
}
