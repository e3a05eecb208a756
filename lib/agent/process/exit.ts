import { AgentError, type ErrorCode } from '../../errors.ts'

/** The exit codes, documented in README. Those above 1 are from sysexits(3). */
export const EXIT = {
  /** It was asked to stop and did, or every beat is done. */
  ok: 0,
  /** Something could not be opened, or broke while the agent was running. */
  failure: 1,
  /** The command line is wrong (EX_USAGE). */
  usage: 64,
  /** `run --once`: a beat has failed, or not all events were delivered (EX_TEMPFAIL). */
  incomplete: 75,
  /** `seccomp.required` is true and no filter could be installed (EX_NOPERM). */
  sandboxRequired: 77,
  /** The configuration is wrong (EX_CONFIG). */
  config: 78,
} as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Every other error is a plain failure. */
const BY_ERROR: { readonly [C in ErrorCode]?: ExitCode } = {
  CONFIG_INVALID: EXIT.config,
  SANDBOX_REQUIRED: EXIT.sandboxRequired,
}

export function exitCodeOf(thrown: unknown): ExitCode {
  const special = thrown instanceof AgentError ? BY_ERROR[thrown.code] : undefined
  return special ?? EXIT.failure
}
