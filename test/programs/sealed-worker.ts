// Asked with a program, a worker thread says what mkdir gives it, and what installing gives it.
import { mkdirSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { installProgram } from '../../lib/seccomp/kernel/kernel.ts'
import { codeOf } from '../code-of.ts'

parentPort?.on('message', (program: readonly number[]) => {
  const { code } = installProgram(Uint8Array.from(program), { log: false })
  parentPort?.postMessage({ mkdir: attempt(), install: code })
})

function attempt(): string {
  try {
    mkdirSync('/nowhere/at/all')
    return 'done'
  } catch (error) {
    return codeOf(error)
  }
}
