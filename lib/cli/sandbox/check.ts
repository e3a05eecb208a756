import { configure } from '../../agent/configure.ts'
import type { Plan } from '../../agent/plan.ts'
import { EXIT, type ExitCode } from '../../agent/process/exit.ts'
import { duration, formatDuration } from '../../config/schema/duration.ts'
import { readDocument } from '../../config/source/document.ts'
import { messageOf } from '../../errors.ts'
import { flow } from '../../log/flow.ts'
import { columnsOf, terminalOf } from '../../log/terminal.ts'
import { confinedFindings } from '../../sandbox/check/trial.ts'
import { PROVENANCE } from '../../seccomp/architectures/defaults/provenance.ts'
import { breaking } from '../../seccomp/check/breaking.ts'
import { equivalents } from '../../seccomp/check/equivalents.ts'
import { type Finding, findingIn, ranked } from '../../seccomp/check/finding.ts'
import { hostFindings } from '../../seccomp/check/host.ts'
import { kernelFindings } from '../../seccomp/check/kernel.ts'
import { runtimeFindings } from '../../seccomp/check/runtime.ts'
import { trialFindings } from '../../seccomp/check/trial.ts'
import { probeKernel } from '../../seccomp/kernel/kernel.ts'
import { hasIoUring } from '../../seccomp/kernel/restart.ts'
import { actionsOf } from '../../seccomp/kernel/stage.ts'
import { isAllowed } from '../../seccomp/policy/denies.ts'
import { effectless } from '../../seccomp/policy/effectless.ts'
import type { EffectivePolicy } from '../../seccomp/policy/merge.ts'
import type { Call } from '../command.ts'
import { print, printJson } from '../print.ts'
import { chosenArchitecture, policyFor } from '../seccomp/policy-for.ts'
import { tryAgent } from '../seccomp/try-agent.ts'
import { UsageError } from '../usage-error.ts'
import { hostOf, processOf } from './host.ts'
import { glibcVersion } from './libc-version.ts'

const TRIAL_MS = 3_000

export async function sandboxCheck(call: Call): Promise<ExitCode> {
  const durationMs = readDurationMs(call.value('for'))
  const plan = await configure(readDocument(call.source))
  const policy = await policyFor(plan, chosenArchitecture(undefined))
  const findings = ranked([
    ...policyFindings(plan, policy),
    ...runtimeFindings(
      { node: process.versions.node, glibc: glibcVersion(), ring: hasIoUring() },
      PROVENANCE,
    ),
    ...kernelFindings(probeKernel(), actionsOf(policy)),
    ...hostFindings(),
    ...processOf(plan),
    ...hostOf(plan, policy),
    ...(call.has('no-trial') ? [] : await trial(call, policy, durationMs)),
  ])
  const ok = findings.every(({ severity }) => severity !== 'error')
  if (call.has('json')) await printJson({ ok, findings })
  else await print(textOf(findings))
  return ok ? EXIT.ok : EXIT.failure
}

function readDurationMs(written: string | undefined): number {
  if (written === undefined) return TRIAL_MS
  try {
    return duration.parse(written)
  } catch (error) {
    throw new UsageError(`--for ${messageOf(error)}`)
  }
}

function policyFindings({ config, sandbox }: Plan, policy: EffectivePolicy): readonly Finding[] {
  const finding = findingIn('policy')
  const { name } = policy.architecture
  const of = `${config.seccomp.mode}, default action ${policy.defaultAction}, ${name}`
  const state = sandbox.ready
    ? finding('ok', `${sandbox.program.length} instructions (${of})`)
    : sandbox.outcome.state === 'failed'
      ? finding(
          'error',
          `the filter can’t be installed: ${sandbox.outcome.reason}; ${sandbox.outcome.hint}`,
        )
      : finding('warning', `no filter will be installed: ${sandbox.outcome.state}`)
  const useless = effectless(policy).map(message => finding('warning', message))
  return [state, ...useless, ...breaking(policy), ...equivalents(policy)]
}

async function trial(
  { source }: Call,
  policy: EffectivePolicy,
  durationMs: number,
): Promise<readonly Finding[]> {
  const finding = findingIn('trial')
  const getpid = policy.decisions.find(({ name }) => name === 'getpid')
  // process.pid would be -1: a beat that signals it would signal every process that it may.
  if (getpid && !isAllowed(getpid)) return [finding('warning', 'skipped: getpid is not allowed')]
  if (process.platform !== 'linux') return [finding('warning', 'skipped: this is not Linux')]
  if (terminalOf(2)) {
    process.stderr.write(`Running the agent for ${formatDuration(durationMs)} …\n`)
  }
  const result = await tryAgent(source, durationMs)
  return [...confinedFindings(result.log), ...trialFindings(result)]
}

const MARKS = { ok: 'ok     ', info: 'note   ', warning: 'warning', error: 'ERROR  ' } as const

const INDENT = ' '.repeat(9)

function textOf(findings: readonly Finding[]): string {
  const columns = columnsOf(terminalOf(1))
  const lines = findings.map(({ severity, topic, message }) =>
    flow(`${MARKS[severity]}  ${topic}: ${message}`, columns, INDENT),
  )
  const count = (severity: 'error' | 'warning') => {
    const number = findings.filter(finding => finding.severity === severity).length
    return `${number} ${severity}${number === 1 ? '' : 's'}`
  }
  return `${lines.join('\n')}\n${count('error')}, ${count('warning')}\n`
}
