import { configure } from '../../agent/configure.ts'
import type { Plan } from '../../agent/plan.ts'
import { EXIT, type ExitCode } from '../../agent/process/exit.ts'
import { endProcess } from '../../agent/process/own-exit.ts'
import { readDocument } from '../../config/source/document.ts'
import { AgentError, messageOf } from '../../errors.ts'
import type { SetupItem } from '../../output.ts'
import type { Call } from '../command.ts'
import { restartEarly } from '../early/restart.ts'
import { print, printJson } from '../print.ts'
import { confinedSteps, printer } from '../test/confined-steps.ts'
import { fieldsOf } from './fields.ts'

/** Makes at the server of the output what has to be there before the first event, confined as the agent would be. */
export async function setup({ source, has }: Call): Promise<ExitCode> {
  const isPrinted = has('print')
  if (!isPrinted) await restartEarly(source)
  const plan = await configure(readDocument(source))
  const { id, plugin } = plan.output
  const { setUp } = plugin
  if (setUp === undefined) {
    await print(isPrinted ? '[]\n' : `the output ${id} needs nothing: nothing was made\n`)
    return EXIT.ok
  }
  const items = itemsOf(plan, !has('indices'))
  if (isPrinted) {
    await printJson(items)
    return EXIT.ok
  }
  const begin = () => (context: Parameters<typeof setUp>[0], signal: AbortSignal) =>
    setUp.call(plugin, context, items, signal)
  const steps = await confinedSteps(plan, begin, printer())
  // A host that could not be asked is no failure where the next one could.
  const ok = items.every(({ request }) =>
    steps.some(({ step, hint }) => step === request && hint === undefined),
  )
  return endProcess(ok ? EXIT.ok : EXIT.failure)
}

function itemsOf(plan: Plan, asStream: boolean): readonly SetupItem[] {
  const { id, plugin, settings } = plan.output
  const { fields, silent } = fieldsOf(plan)
  for (const beat of silent) {
    const note = `the beat ${beat} does not say which fields it publishes: the server will guess`
    process.stderr.write(`note: ${note}\n`)
  }
  try {
    return plugin.setupItems?.(settings, { fields, asStream }) ?? []
  } catch (error) {
    throw new AgentError('OPEN_FAILED', `the output ${id}: ${messageOf(error)}`, { cause: error })
  }
}
