import { configure } from '../../agent/configure.ts'
import type { Plan } from '../../agent/plan.ts'
import { privilegeWarnings } from '../../agent/plugins/declared.ts'
import { EXIT, type ExitCode } from '../../agent/process/exit.ts'
import { readDocument } from '../../config/source/document.ts'
import { AgentError, formatPath, type Problem } from '../../errors.ts'
import { breaking } from '../../seccomp/check/breaking.ts'
import type { Failure } from '../../seccomp/kernel/outcome.ts'
import { effectless } from '../../seccomp/policy/effectless.ts'
import type { EffectivePolicy } from '../../seccomp/policy/merge.ts'
import type { Call } from '../command.ts'
import { printJson, printLines } from '../print.ts'
import { hostOf } from '../sandbox/host.ts'

/** The output of `--json`. `ok` agrees with the exit code. */
interface Finding {
  readonly ok: boolean
  readonly problems: readonly {
    readonly position?: string
    readonly path: string
    readonly message: string
  }[]
  /** What a confirmed event is safe from, if the output says so. */
  readonly guarantee?: string
}

export async function testConfig({ source, has }: Call): Promise<ExitCode> {
  if (has('json')) return testForProgram(source)
  const plan = await configure(readDocument(source))
  const failure = policyFailure(plan)
  if (failure) throw invalidPolicy(failure)
  if (plan.sandbox.ready) {
    for (const message of effectless(plan.sandbox.policy)) {
      process.stderr.write(`warning: seccomp: ${message}\n`)
    }
    for (const { message } of breaking(plan.sandbox.policy)) {
      process.stderr.write(`warning: seccomp: ${message}\n`)
    }
  }
  for (const warning of privilegeWarnings(plan)) process.stderr.write(`warning: ${warning}\n`)
  for (const { severity, message } of hostOf(plan, policyOf(plan))) {
    if (severity === 'error' || severity === 'warning') {
      process.stderr.write(`warning: sandbox: ${message}\n`)
    }
  }
  const guarantee = guaranteeOf(plan)
  await printLines(
    `Config OK\n${guarantee === undefined ? '' : `An event is confirmed once ${guarantee}\n`}`,
  )
  return EXIT.ok
}

/** What a confirmed event is safe from. An output of one's own may say nothing, or nothing of use. */
function guaranteeOf({ output: { plugin, settings } }: Plan): string | undefined {
  const said: unknown = plugin.guarantee?.(settings)
  return typeof said === 'string' ? said : undefined
}

async function testForProgram(source: Call['source']): Promise<ExitCode> {
  const { problems, guarantee } = await findProblems(source)
  const finding: Finding = {
    ok: problems.length === 0,
    problems: problems.map(problem => ({ ...problem, path: formatPath(problem.path) })),
    ...(guarantee !== undefined && { guarantee }),
  }
  await printJson(finding)
  return finding.ok ? EXIT.ok : EXIT.config
}

interface Found {
  readonly problems: readonly Problem[]
  readonly guarantee?: string | undefined
}

async function findProblems(source: Call['source']): Promise<Found> {
  try {
    const plan = await configure(readDocument(source))
    const failure = policyFailure(plan)
    if (failure) return invalidPolicy(failure)
    return { problems: [], guarantee: guaranteeOf(plan) }
  } catch (error) {
    if (error instanceof AgentError && error.code === 'CONFIG_INVALID') return error
    throw error
  }
}

function policyOf({ sandbox }: Plan): EffectivePolicy | undefined {
  return sandbox.ready ? sandbox.policy : undefined
}

/** A failure that the agent would only log at its start, to run without a filter. Here it is an error. */
function policyFailure({ sandbox }: Plan): Failure | undefined {
  return !sandbox.ready && sandbox.outcome.state === 'failed' ? sandbox.outcome : undefined
}

function invalidPolicy({ reason, hint }: Failure): AgentError {
  const message = `the filter could not be installed: ${reason}; ${hint}`
  const problem: Problem = { path: ['seccomp'], message }
  return new AgentError('CONFIG_INVALID', `seccomp: ${message}`, { problems: [problem] })
}
