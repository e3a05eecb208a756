import { createRequire, syncBuiltinESMExports } from 'node:module'
import { ownDenials } from './denials.ts'

/** The modules whose functions make system calls before they return. */
const MODULES = ['fs', 'child_process', 'dgram', 'dns', 'net', 'os'] as const
/** The functions of `process` to wrap; its others are called all the time and make no system calls. */
const OF_PROCESS = /^(kill|chdir|cwd|umask|dlopen|set(e?[ug]id|groups)|initgroups|\w+Usage)$/
const ALL = /^[a-z]/
/** `kSlots` of addon/seccomp/denial.h. */
const SLOTS = 1024

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown

/**
 * Records the JavaScript stack of the main thread for calls denied under `diagnose`. The signal handler
 * can't ask V8 for it, but when a synchronous function of Node returns, a new denial must come from
 * that function. So each of these functions is wrapped to check for a new denial. The wrapping happens
 * before the beats are imported, and only in an agent under `diagnose`.
 */
export class DenialStacks {
  readonly #last: () => number
  /** By number: the first stack since the last `take`. */
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

  /** Wraps every function of a module whose name matches; the default excludes classes. */
  wrapAll(module: object, names = ALL): void {
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(module))) {
      const { value, writable } = property
      if (typeof value !== 'function' || !writable || !names.test(name)) continue
      Object.defineProperty(module, name, { ...property, value: this.#wrap(value) })
    }
  }

  /** Returns and forgets the stack of the first denial of a number since the last call. */
  take(number: number): string | undefined {
    const slot = Math.min(number, SLOTS - 1)
    const stack = this.#stacks.get(slot)
    this.#stacks.delete(slot)
    return stack
  }

  #wrap(original: AnyFunction): AnyFunction {
    const stacks = this
    function wrapped(this: unknown, ...args: unknown[]): unknown {
      // A denial outside of every wrapped function has no stack.
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
    // Keeps name, length and the symbol that util.promisify looks for.
    return Object.defineProperties(wrapped, Object.getOwnPropertyDescriptors(original))
  }

  #look(caller: AnyFunction): void {
    const last = this.#last()
    if (last === this.#seen) return
    this.#seen = last
    const number = last % SLOTS
    if (!this.#stacks.has(number)) this.#stacks.set(number, stackAbove(caller))
  }
}

/** The stack, as lines `at f (file:line:column)`, starting at the caller of a function. */
function stackAbove(caller: AnyFunction): string {
  const holder: { stack?: string } = {}
  Error.captureStackTrace(holder, caller)
  const [, ...lines] = (holder.stack ?? '').split('\n')
  return lines.map(line => line.trim()).join('\n')
}
