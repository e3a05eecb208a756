/**
 * The option of Node with which SIGUSR1 opens no debugger's port, from its first instruction on; none where that Node
 * lacks it, before 22.14 and 23.7.
 */
export function withoutDebugPort(version: string): readonly string[] {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isKnown = major > 23 || (major === 23 && minor >= 7) || (major === 22 && minor >= 14)
  return isKnown ? ['--disable-sigusr1'] : []
}
