// Restarts itself without io_uring. Each process image reports on stderr how it was started; the one that
// gets past the restart reports the outcome on stdout (or its IPC channel).
import { readFileSync, writeSync } from 'node:fs'
import { openDescriptors } from '../../lib/seccomp/kernel/descriptors.ts'
import { hasIoUring, restartWithoutIoUring } from '../../lib/seccomp/kernel/restart.ts'

writeSync(2, `${JSON.stringify({ ring: hasIoUring(), state: startingState() })}\n`)
const outcome = restartWithoutIoUring()
const report = {
  outcome,
  again: restartWithoutIoUring(),
  ring: hasIoUring(),
  sockets: openDescriptors()?.filter(({ fd, target }) => fd > 2 && /^socket:/.test(target)).length,
  guard: process.env.SEALBEAT_RESTARTED,
  noNewPrivs: readField('NoNewPrivs'),
  stdin: readFileSync(0, 'utf8'),
  descriptor: process.env.T_FD && readFileSync(Number(process.env.T_FD), 'utf8'),
}
if (process.connected) process.send?.(report, () => process.disconnect())
else writeSync(1, JSON.stringify(report))

/** All state that a restart has to keep. */
function startingState() {
  const kept = Object.entries(process.env).filter(([name]) => /^(T_|NODE_OPTIONS|UV_)/.test(name))
  return {
    ...{ pid: process.pid, cwd: process.cwd(), umask: process.umask(), env: kept },
    ...{ argv: process.argv, argv0: process.argv0, execArgv: process.execArgv },
    ...{ title: process.title, execPath: process.execPath, comm: readField('Name') },
    ...{ uid: readField('Uid'), groups: readField('Groups'), permitted: readField('CapPrm') },
    ...{ effective: readField('CapEff'), ambient: readField('CapAmb') },
    ...{ blocked: readField('SigBlk'), ignored: readField('SigIgn'), caught: readField('SigCgt') },
    limits: readFileSync('/proc/self/limits', 'latin1'),
    descriptors: [0, 1, 2].map(fd => readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1')),
  }
}

function readField(name: string): string | undefined {
  return new RegExp(`^${name}:\\t(.*)$`, 'm').exec(readFileSync('/proc/self/status', 'latin1'))?.[1]
}
