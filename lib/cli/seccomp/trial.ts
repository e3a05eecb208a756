// `trial.js SOURCE`: runs the agent of a configuration source (JSON) until it receives a signal, and
// discards its events. `sandbox check` runs it as a separate process, as a filter can't be removed.
import { runAgent } from '../../agent/agent.ts'
import { type Configure, configure } from '../../agent/configure.ts'
import { type ConfigSource, readDocument } from '../../config/source/document.ts'
import { defineOutput, WRITTEN } from '../../output.ts'
import { takeDenials } from '../../seccomp/kernel/denials.ts'
import { restartEarly } from '../early/restart.ts'
import { describeFailure } from '../failure.ts'

const NOWHERE = defineOutput<object>({
  name: 'nowhere',
  schema: {},
  open: async () => ({ write: async () => WRITTEN, close: async () => undefined }),
})

try {
  const source: ConfigSource = { ...JSON.parse(process.argv[2] ?? '{}'), env: process.env }
  const restart = await restartEarly(source)
  const plan: Configure = async running => {
    const configured = await configure(readDocument(source), running)
    return { ...configured, output: { ...configured.output, plugin: NOWHERE, settings: {} } }
  }
  process.exit(await runAgent(plan, { restart }))
} catch (thrown) {
  printDenials()
  const { text, code } = describeFailure(thrown)
  process.stderr.write(text)
  process.exit(code)
}

/** An agent that fails before it runs has not logged its denials. */
function printDenials(): void {
  for (const { name, total, sample } of takeDenials()) {
    const syscall = { name, errno: sample?.errno }
    process.stderr.write(`${JSON.stringify({ message: 'Seccomp denied', syscall, total })}\n`)
  }
}
