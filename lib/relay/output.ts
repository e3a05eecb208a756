import type { ChildProcess } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { shown } from './shown.ts'

/** The silence after which the output is over, once the command has ended. */
const SILENCE_MS = 1_000

/** Where the output goes. */
interface Outputs {
  readonly stdout: Output
  readonly stderr: Output
}
type Output = Writable & { readonly isTTY?: boolean }

interface Pair {
  readonly from: Readable
  readonly to: Output
}

/** Writes what the command writes: to terminals as text without control characters, elsewhere byte for byte. */
export function relayOutput(child: ChildProcess, { stdout, stderr }: Outputs = process): void {
  const pairs = [
    ...(child.stdout ? [{ from: child.stdout, to: stdout }] : []),
    ...(child.stderr ? [{ from: child.stderr, to: stderr }] : []),
  ]
  for (const { from, to } of pairs) relay(from, to)
  child.once('exit', () => endOnceSilent(pairs))
}

/** What the command has left behind may hold its outputs for ever. */
function endOnceSilent(pairs: readonly Pair[]): void {
  let heard = false
  for (const { from } of pairs) from.on('data', () => (heard = true))
  const look = () => {
    if (pairs.every(({ from }) => from.closed)) return
    // A slow reader (`| less`) is no silence.
    if (!heard && pairs.every(({ to }) => !to.writableNeedDrain)) {
      for (const { from } of pairs) from.destroy()
      return
    }
    heard = false
    wait()
  }
  // What is there is read first, as this process may have been stopped for longer.
  const wait = () => setTimeout(() => setImmediate(look), SILENCE_MS).unref()
  wait()
}

function relay(from: Readable, to: Output): void {
  // A reader that has gone (`| head`) is gone for the command as well.
  to.on('error', () => from.destroy())
  const text = to.isTTY ? from.pipe(shown()) : from
  text.pipe(to, { end: false })
}
