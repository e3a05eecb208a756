/** The command line is wrong. The message is shown as it is, with a pointer to the help. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  /** The words that commands begin with which could be meant: they are shown instead of the pointer. */
  readonly begun: readonly string[] | undefined

  constructor(message: string, begun?: readonly string[]) {
    super(message)
    this.begun = begun
  }
}
