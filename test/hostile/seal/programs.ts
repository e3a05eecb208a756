// Ways to start another program, and what Node itself opens: a debugger's port, threads.
import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { Attack } from './attack.ts'
import { call, refusal, using } from './calls.ts'

const TWICE = { filter: 'EPERM', domain: 'EACCES' } as const
/** The loader of dynamically linked programs. */
export const LOADER = ['/lib64/ld-linux-x86-64.so.2', '/lib/ld-linux-aarch64.so.1'].find(existsSync)

/** The smallest program for amd64, without a loader: it ends with exit code 0. */
function smallestProgram(): Buffer {
  const [BASE, HEADERS] = [0x400000, 0x78]
  const code = Buffer.from('31ffb83c0000000f05', 'hex')
  const program = Buffer.alloc(HEADERS + code.length)
  program.write('7f454c46020101', 0, 'hex')
  program.writeUInt16LE(2, 16) // ET_EXEC
  program.writeUInt16LE(62, 18) // EM_X86_64
  program.writeUInt32LE(1, 20)
  program.writeBigUInt64LE(BigInt(BASE + HEADERS), 24)
  program.writeBigUInt64LE(64n, 32)
  program.writeUInt16LE(64, 52)
  program.writeUInt16LE(56, 54)
  program.writeUInt16LE(1, 56)
  program.writeUInt32LE(1, 64) // PT_LOAD
  program.writeUInt32LE(5, 68) // readable, executable
  program.writeBigUInt64LE(BigInt(BASE), 80)
  program.writeBigUInt64LE(BigInt(BASE), 88)
  program.writeBigUInt64LE(BigInt(program.length), 96)
  program.writeBigUInt64LE(BigInt(program.length), 104)
  program.writeBigUInt64LE(0x1000n, 112)
  code.copy(program, HEADERS)
  return program
}

const FROM_MEMORY: Attack = {
  name: 'starts a program from memory (memfd_create)',
  // Landlock decides about files that have a path: the filter alone refuses this one.
  refused: { filter: 'ENOSYS' },
  attempt: () =>
    using(call('memfd_create', 'program', 0), memory => {
      writeSync(memory, smallestProgram())
      hasRun(spawnSync(`/proc/self/fd/${memory}`))
    }),
}

export const ON_PROGRAMS: readonly Attack[] = [
  {
    name: 'starts a shell',
    refused: TWICE,
    attempt: () => hasRun(spawnSync('/bin/sh', ['-c', 'exit 0'])),
  },
  {
    name: 'starts Node again',
    refused: TWICE,
    attempt: () => hasRun(spawnSync(process.execPath, ['--version'])),
  },
  {
    name: 'starts a script that it has written',
    refused: TWICE,
    attempt: ({ inside }) => {
      const script = `${inside}/script`
      writeFileSync(script, '#!/bin/sh\nexit 0\n', { mode: 0o755 })
      try {
        hasRun(spawnSync(script))
      } finally {
        rmSync(script)
      }
    },
  },
  {
    name: 'starts a program by the loader',
    refused: TWICE,
    needs: LOADER ?? '/lib/ld.so',
    attempt: () => hasRun(spawnSync(LOADER ?? '', ['/bin/true'])),
  },
  ...(process.arch === 'x64' ? [FROM_MEMORY] : []),
  {
    name: 'starts a program that has capabilities',
    who: 'root',
    refused: { ...TWICE, capabilities: 'EPERM' },
    attempt: () => {
      const cat = spawnSync('/bin/cat', ['/proc/self/status'], { encoding: 'utf8' })
      if (cat.error) throw cat.error
      if (/^CapPrm:\t0+$/m.test(cat.stdout)) throw refusal('EPERM')
    },
  },
  {
    name: 'rewrites beat.js from a new thread',
    refused: { domain: 'EACCES' },
    attempt: ({ outside }) =>
      inThread(`fs.closeSync(fs.openSync(${JSON.stringify(`${outside}/beat.js`)}, 'r+'))`),
  },
  {
    name: 'starts a shell from a new thread',
    refused: TWICE,
    attempt: () =>
      inThread("const { error } = child_process.spawnSync('/bin/true'); if (error) throw error"),
  },
]

function hasRun({ error, status, stderr }: SpawnSyncReturns<Buffer>): void {
  if (error) throw error
  if (status !== 0) throw new Error(`exit code ${status}: ${stderr}`)
}

/** Runs a script in a Worker; rejects with what it throws. */
function inThread(script: string): Promise<void> {
  const caught = `let code = 'done'; try { ${script} } catch (error) { code = error.code ?? String(error) }
require('worker_threads').parentPort.postMessage(code)`
  const modules = "const fs = require('fs'), child_process = require('child_process');"
  const worker = new Worker(modules + caught, { eval: true })
  return new Promise((resolve, reject) => {
    worker.once('error', reject)
    worker.once('message', code => (code === 'done' ? resolve() : reject(refusal(code))))
  })
}
