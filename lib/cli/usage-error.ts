/** The command line is wrong. The message is shown as it is, with a pointer to the help. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
