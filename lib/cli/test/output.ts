import { configure } from '../../agent/configure.ts'
import { EXIT, type ExitCode } from '../../agent/process/exit.ts'
import { endProcess } from '../../agent/process/own-exit.ts'
import { readDocument } from '../../config/source/document.ts'
import type { OutputTestStep } from '../../output.ts'
import type { Call } from '../command.ts'
import { restartEarly } from '../early/restart.ts'
import { print, printJson } from '../print.ts'
import { confinedSteps, printer } from './confined-steps.ts'

/** The output of `--json`. `ok` agrees with the exit code. */
interface Finding {
  readonly ok: boolean
  readonly output: string
  readonly type: string
  /** Set if the output has no test. */
  readonly note?: string
  readonly steps: readonly (OutputTestStep & { readonly ok: boolean })[]
}

/** Goes to the servers of the output, confined as the agent would be, and says how far that gets. */
export async function testOutput({ source, has }: Call): Promise<ExitCode> {
  await restartEarly(source)
  const plan = await configure(readDocument(source))
  const { id, plugin } = plan.output
  const about = { output: id, type: plugin.name }
  if (plugin.test === undefined) {
    const note = `the output ${id} has no test: nothing was tried`
    if (has('json')) await printJson({ ok: true, ...about, note, steps: [] } satisfies Finding)
    else await print(`${note}\n`)
    return EXIT.ok
  }
  const steps = await confinedSteps(
    plan,
    output => output.test,
    has('json') ? async () => undefined : printer(),
  )
  const ok = steps.every(({ hint }) => hint === undefined)
  if (has('json')) {
    const shown = steps.map(step => ({ ...step, ok: step.hint === undefined }))
    await printJson({ ok, ...about, steps: shown } satisfies Finding)
  }
  // An output may have left something behind that would keep the process alive.
  return endProcess(ok ? EXIT.ok : EXIT.failure)
}
