import { configure, withOutputAlone } from '../../agent/configure.ts'
import type { Plan } from '../../agent/plan.ts'
import { EXIT, type ExitCode } from '../../agent/process/exit.ts'
import { endProcess, refuseExit } from '../../agent/process/own-exit.ts'
import { readDocument } from '../../config/source/document.ts'
import { createLogger } from '../../log/logger.ts'
import type { OutputTestStep } from '../../output.ts'
import type { Call } from '../command.ts'
import { restartEarly } from '../early/restart.ts'
import { print, printJson } from '../print.ts'
import { sealAs } from './seal.ts'
import { stepsOf } from './steps.ts'

/** The output of `--json`. `ok` agrees with the exit code. */
interface Finding {
  readonly ok: boolean
  readonly output: string
  readonly type: string
  /** Set if the output has no test. */
  readonly note?: string
  readonly steps: readonly (OutputTestStep & { readonly ok: boolean })[]
}

type Say = (step: OutputTestStep) => Promise<void>

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
  const steps = await stepsIn(plan, has('json') ? async () => undefined : printer())
  const ok = steps.every(({ hint }) => hint === undefined)
  if (has('json')) {
    const shown = steps.map(step => ({ ...step, ok: step.hint === undefined }))
    await printJson({ ok, ...about, steps: shown } satisfies Finding)
  }
  // An output may have left something behind that would keep the process alive.
  return endProcess(ok ? EXIT.ok : EXIT.failure)
}

/** @throws whatever the output has thrown, without secrets */
async function stepsIn(plan: Plan, say: Say): Promise<readonly OutputTestStep[]> {
  const allowExit = refuseExit()
  try {
    return await run(plan, say)
  } catch (thrown) {
    return plan.secrets.rethrow(thrown)
  } finally {
    allowExit()
  }
}

async function run(plan: Plan, say: Say): Promise<readonly OutputTestStep[]> {
  const { config, secrets, output } = plan
  const alone = await withOutputAlone(plan)
  for (const problem of sealAs(alone)) process.stderr.write(`warning: sandbox: ${problem}\n`)
  const logging = { ...config.logging, level: 'warning', to_stderr: true, to_files: false } as const
  const { log } = createLogger(logging, {
    ...{ paths: config.path, name: config.name, secrets: secrets.values },
  })
  const context = { settings: output.settings, log, paths: config.path }
  const steps: OutputTestStep[] = []
  for await (const step of stepsOf(output, context)) {
    const shown = wordsOf(step, plan)
    steps.push(shown)
    await say(shown)
  }
  return steps
}

/** What a server says may be anything. */
function wordsOf({ peer, step, found, hint }: OutputTestStep, { secrets }: Plan): OutputTestStep {
  const shown = (text: string) =>
    secrets.hide(`${text}`.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim())
  return {
    ...{ peer: shown(peer), step: shown(step), found: shown(found) },
    ...(hint !== undefined && { hint: shown(hint) }),
  }
}

/** The longest name of a usual step: `authenticate`. */
const STEP_COLUMNS = 12

/** Prints steps in columns: the first is as wide as the longest server so far. */
function printer(): Say {
  let columns = 0
  return ({ peer, step, found, hint }) => {
    columns = Math.max(columns, peer.length)
    const words = hint === undefined ? found : `failed: ${found}; ${hint}`
    return print(`${peer.padEnd(columns)}  ${step.padEnd(STEP_COLUMNS)}  ${words}\n`)
  }
}
