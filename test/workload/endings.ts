/** Ways for a process to end, each of which needs its own process: `node main.js abort`. */
export const ENDINGS = [
  'exit',
  'uncaught',
  'rejection',
  'abort',
  'terminated',
  'exhausted',
] as const
export type Ending = (typeof ENDINGS)[number]

/** The result that the parent sees: an exit code or a signal. */
export const EXPECTED: { readonly [E in Ending]: number | NodeJS.Signals } = {
  exit: 5,
  uncaught: 1,
  rejection: 1,
  abort: 'SIGABRT',
  terminated: 'SIGTERM',
  exhausted: 'SIGABRT',
}

const WAYS: { readonly [E in Ending]: () => void } = {
  exit: () => process.exit(5),
  uncaught: () => {
    setImmediate(() => {
      throw new Error('uncaught')
    })
  },
  rejection: () => {
    void Promise.reject(new Error('unhandled'))
  },
  abort: () => process.abort(),
  terminated: () => {
    process.kill(process.pid, 'SIGTERM')
    setTimeout(() => {}, 60_000)
  },
  exhausted: exhaust,
}

export function end(how: Ending): void {
  WAYS[how]()
}

/** Fills the heap until V8 reports it and aborts; --max-old-space-size makes it faster. */
function exhaust(): void {
  const all: object[] = []
  for (;;) all.push(new Array(10_000).fill({}))
}
