/** The reasons why a policy can't be enforced here; `error.code` in the log. */
type PolicyErrorCode =
  | 'UNKNOWN_SYSCALL' // a name that the architecture does not have (S10)
  | 'ACTION_UNAVAILABLE' // an action that this kernel does not have (S11)
  | 'PROGRAM_TOO_LARGE' // more instructions than the kernel accepts

/** The policy is well formed, but can't be enforced on this architecture and kernel. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError'
  readonly code: PolicyErrorCode
  /** The system calls concerned, each with the origin of its rule. */
  readonly names: readonly { readonly name: string; readonly origin: string }[]

  constructor(code: PolicyErrorCode, message: string, names: PolicyError['names'] = []) {
    super(message)
    this.code = code
    this.names = names
  }
}
