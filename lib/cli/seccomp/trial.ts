// `trial.js SOURCE`: runs the agent of a configuration source (JSON) until it receives a signal, and
// discards its events. `sandbox check` runs it as a separate process, as a filter can't be removed.
import { join } from 'node:path'
import type { Configure } from '../../agent/configure.ts'
import type { Plan } from '../../agent/plan.ts'
import type { ConfigSource } from '../../config/source/document.ts'
import { defineOutput, WRITTEN } from '../../output.ts'
import { takeDenials } from '../../seccomp/kernel/denials.ts'
import { restartEarly } from '../early/restart.ts'
import { describeFailure } from '../failure.ts'
import { SEALBEAT } from '../help/program.ts'

const NOWHERE = defineOutput<object>({
  name: 'nowhere',
  schema: {},
  open: async () => ({ write: async () => WRITTEN, close: async () => undefined }),
})

try {
  const source: ConfigSource = { ...JSON.parse(process.argv[2] ?? '{}'), env: process.env }
  const restart = await restartEarly(source)
  // Late, as in `run`: this is a start of its own in the bundle, which is to divide no other into more files.
  const { readDocument } = await import('../../config/source/document.ts')
  const { configure } = await import('../../agent/configure.ts')
  const { runAgent } = await import('../../agent/agent.ts')
  const plan: Configure = async running => {
    const configured = await configure(readDocument(source), running)
    const config = withOwnQueue(configured.config)
    return {
      ...configured,
      config,
      output: { ...configured.output, plugin: NOWHERE, settings: {} },
    }
  }
  process.exit(await runAgent(plan, { restart }))
} catch (thrown) {
  printDenials()
  const { text, code } = describeFailure(thrown, SEALBEAT)
  process.stderr.write(text)
  process.exit(code)
}

/** What waits in the agent's own queue on the disk must not be discarded. */
function withOwnQueue(config: Plan['config']): Plan['config'] {
  const { disk, mem } = config.queue
  if (disk === undefined) return config
  const own = { ...disk, path: join(config.path.data, 'queue') }
  return { ...config, queue: { mem, disk: own, outside: [] } }
}

/** An agent that fails before it runs has not logged its denials. */
function printDenials(): void {
  for (const { name, total, sample } of takeDenials()) {
    const syscall = { name, errno: sample?.errno }
    process.stderr.write(`${JSON.stringify({ message: 'Seccomp denied', syscall, total })}\n`)
  }
}
