import type { ChildProcess } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { shown } from './shown.ts'

/** How long the output may be silent once the command has ended, if a program that it has left behind holds it. */
const SILENCE_MS = 1_000

/** Where the output goes. */
interface Outputs {
  readonly stdout: Output
  readonly stderr: Output
}
type Output = Writable & { readonly isTTY?: boolean }

/** Writes what the command writes: to terminals as text without control characters, elsewhere byte for byte. */
export function relayOutput(child: ChildProcess, { stdout, stderr }: Outputs = process): void {
  const pairs = [
    ...(child.stdout ? [{ from: child.stdout, to: stdout }] : []),
    ...(child.stderr ? [{ from: child.stderr, to: stderr }] : []),
  ]
  for (const { from, to } of pairs) relay(from, to)
  child.once('exit', () => {
    const silent = setTimeout(() => {
      // A slow reader (`| less`) is no silence.
      if (pairs.some(({ to }) => to.writableNeedDrain)) silent.refresh()
      else for (const { from } of pairs) from.destroy()
    }, SILENCE_MS)
    for (const { from } of pairs) from.on('data', () => silent.refresh())
    child.once('close', () => clearTimeout(silent))
  })
}

function relay(from: Readable, to: Output): void {
  // A reader that has gone (`| head`) is gone for the command as well.
  to.on('error', () => from.destroy())
  const text = to.isTTY ? from.pipe(shown()) : from
  text.pipe(to, { end: false })
}
