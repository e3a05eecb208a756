/** On a terminal, the step counts the seconds in its line. */
const TERMINAL_PERIOD_MS = 1_000
/** Elsewhere nobody waits for a short step: it has its first line after this time, and then one in each period. */
const FIRST_MS = 1_500
const PERIOD_MS = 15_000

/** Standard error, or what stands for it. */
interface Stream {
  readonly isTTY?: boolean
  write(text: string): unknown
}

/** Tells what goes on, as it may take minutes. */
interface Progress {
  /** Begins a step, a few words, and ends the one before. */
  step(words: string): void
  /** Says something in a line of its own, between two steps. */
  say(line: string): void
  /** Ends the last step, before something else is printed. */
  end(): void
}

export function progressOn(stream: Stream): Progress {
  let current: (() => void) | undefined

  function end(): void {
    current?.()
    current = undefined
  }

  return {
    end,
    say(line) {
      end()
      stream.write(`${line}\n`)
    },
    step(words) {
      end()
      current = stream.isTTY === true ? counted(words, stream) : named(words, stream)
    },
  }
}

function counted(words: string, stream: Stream): () => void {
  const passed = stopwatch()
  stream.write(`${words} …`)
  const timer = setInterval(() => stream.write(`\r${words} … ${passed()}`), TERMINAL_PERIOD_MS)
  return () => {
    clearInterval(timer)
    stream.write('\n')
  }
}

function named(words: string, stream: Stream): () => void {
  const passed = stopwatch()
  let timer = setTimeout(() => {
    stream.write(`${words} …\n`)
    timer = setInterval(() => stream.write(`${words} … ${passed()}\n`), PERIOD_MS)
  }, FIRST_MS)
  return () => clearTimeout(timer)
}

function stopwatch(): () => string {
  const begin = performance.now()
  return () => `${Math.round((performance.now() - begin) / 1_000)} s`
}
