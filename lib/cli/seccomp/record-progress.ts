import type { RecordedAgent } from '../../seccomp/record/recording.ts'

/** The time between two lines: on a terminal, where each line replaces the last, and elsewhere. */
const TERMINAL_PERIOD_MS = 1_000
const PERIOD_MS = 15_000

/** Shows the progress of a recording on standard error, until the returned function is called. */
export function showProgress(agent: RecordedAgent): () => void {
  const { isTTY } = process.stderr
  const show = () => process.stderr.write(isTTY ? `\r\x1b[K${lineOf(agent)}` : `${lineOf(agent)}\n`)
  const timer = setInterval(show, isTTY ? TERMINAL_PERIOD_MS : PERIOD_MS)
  return () => {
    clearInterval(timer)
    if (isTTY) process.stderr.write('\r\x1b[K')
  }
}

function lineOf(agent: RecordedAgent): string {
  const { kinds } = agent.counts()
  const total = kinds.reduce((sum, { count }) => sum + count, 0)
  const names = new Set(kinds.map(({ name }) => name)).size
  return `recording: phase ${agent.phase}, ${total} calls, ${names} names`
}
