/** The command line makes no sense. The message is shown as it is, with a pointer to the help. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
