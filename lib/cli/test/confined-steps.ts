import { withOutputAlone } from '../../agent/configure.ts'
import type { Plan } from '../../agent/plan.ts'
import { refuseExit } from '../../agent/process/own-exit.ts'
import { flow } from '../../log/flow.ts'
import { createLogger } from '../../log/logger.ts'
import { columnsOf, terminalOf } from '../../log/terminal.ts'
import type { OutputTestStep } from '../../output.ts'
import { print } from '../print.ts'
import { sealAs } from './seal.ts'
import { type Begin, stepsOf } from './steps.ts'

type Say = (step: OutputTestStep) => Promise<void>

/**
 * Confines this process as the agent would be with its output alone, has the output take steps, and says each as
 * soon as it is done.
 *
 * @throws whatever the output has thrown, without secrets
 */
export async function confinedSteps(
  plan: Plan,
  begin: Begin,
  say: Say,
): Promise<readonly OutputTestStep[]> {
  const allowExit = refuseExit()
  try {
    return await run(plan, begin, say)
  } catch (thrown) {
    return plan.secrets.rethrow(thrown)
  } finally {
    allowExit()
  }
}

async function run(plan: Plan, begin: Begin, say: Say): Promise<readonly OutputTestStep[]> {
  const { config, secrets, output } = plan
  const alone = await withOutputAlone(plan)
  for (const problem of sealAs(alone)) process.stderr.write(`warning: sandbox: ${problem}\n`)
  const logging = { ...config.logging, level: 'warning', to_stderr: true, to_files: false } as const
  const { log } = createLogger(logging, {
    ...{ paths: config.path, name: config.serviceName, secrets: secrets.values },
  })
  const context = { settings: output.settings, log, paths: config.path }
  const steps: OutputTestStep[] = []
  for await (const step of stepsOf(output, context, undefined, begin)) {
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
export function printer(): Say {
  let columns = 0
  return ({ peer, step, found, hint }) => {
    columns = Math.max(columns, peer.length)
    const words = hint === undefined ? found : `failed: ${found}; ${hint}`
    const begin = `${peer.padEnd(columns)}  ${step.padEnd(STEP_COLUMNS)}  `
    return print(
      `${flow(begin + words, columnsOf(terminalOf(1)), ' '.repeat(Math.min(begin.length, 40)))}\n`,
    )
  }
}
