// Runs the workload on each Node release under a recorder and writes tools/recordings/
// (`make recordings`; needs script(1), in Debian's bsdutils).
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { endianness, release } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { architectureOf } from '../lib/seccomp/architectures/architecture.ts'
import { ENDINGS } from '../test/workload/endings.ts'
import { NODES, nodeBinary } from './node-releases.ts'
import { type Run, trace } from './record/recorder.ts'
import { formatRecording, type RecordedCall, type RecordingHeader } from './record/recording.ts'

const FOLDER = 'tools/recordings'
const WORKLOAD = 'dist/test/workload/main.js'

await mkdir(FOLDER, { recursive: true })
for (const version of NODES) {
  const header = await headerFor(version)
  const calls = await recordAll(nodeBinary(version))
  const name = `${header.architecture}-node${version.split('.', 1)[0]}.ndjson`
  await writeFile(join(FOLDER, name), formatRecording({ ...header, calls }))
}

async function headerFor(node: string): Promise<RecordingHeader> {
  const { stdout } = await promisify(execFile)('getconf', ['GNU_LIBC_VERSION'])
  return {
    recorder: 'seccomp user notification',
    architecture: architectureOf(process.arch, endianness()) ?? process.arch,
    node,
    libc: stdout.trim(),
    kernel: release().replace(/-.*/, ''),
  }
}

async function recordAll(node: string): Promise<readonly RecordedCall[]> {
  const runs: readonly Run[] = [
    { node, args: [WORKLOAD] },
    { node, args: [WORKLOAD, 'streams'], terminal: true },
    { node, args: [WORKLOAD, 'steady'] },
    ...ENDINGS.map(how => ({ node, args: ['--max-old-space-size=30', WORKLOAD, how] })),
  ]
  const merged = new Map<string, RecordedCall>()
  for (const run of runs) {
    for (const call of await trace(run)) merged.set(call.name, sum(merged.get(call.name), call))
  }
  return [...merged.values()]
}

function sum(
  before: RecordedCall | undefined,
  { name, phases, values }: RecordedCall,
): RecordedCall {
  const total = { ...before?.phases }
  for (const [phase, count] of Object.entries(phases)) total[phase] = (total[phase] ?? 0) + count
  return {
    name,
    phases: total,
    values: [...new Set([...(before?.values ?? []), ...values])].sort(),
  }
}
