import { createInterface } from 'node:readline'
import { ReadStream, WriteStream } from 'node:tty'
import type { Phase } from './phase.ts'

/** Standard input, output and error, whatever they are: files, pipes, sockets or a terminal. */
export const streams: Phase = {
  name: 'streams',
  async run() {
    process.stderr.write('# to standard error\n')
    await new Promise<void>(resolve =>
      process.stdout.write('# to standard output\n', () => resolve()),
    )
    if (process.stdin instanceof ReadStream && process.stdin.isTTY) terminal(process.stdin)
    else await readAll()
  },
}

async function readAll(): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) void line
}

function terminal(input: ReadStream): void {
  input.setRawMode(true)
  input.on('data', () => {})
  input.setRawMode(false)
  input.pause()
  input.unref()
  if (process.stdout instanceof WriteStream) {
    process.stdout.getWindowSize()
    process.stdout.hasColors()
    process.stdout.cursorTo(0)
    process.stdout.on('resize', () => {})
    process.stdout.removeAllListeners('resize')
  }
}
