export const PROCESS_STATES = [
  'running',
  'sleeping',
  'idle',
  'stopped',
  'zombie',
  'dead',
  'unknown',
] as const
export type ProcessState = (typeof PROCESS_STATES)[number]

/** The letters of proc_pid_stat(5). `D` is a sleep, waiting for a disk; `I` is an idle kernel thread. */
const LETTERS: Readonly<Record<string, ProcessState>> = {
  R: 'running',
  S: 'sleeping',
  D: 'sleeping',
  I: 'idle',
  T: 'stopped',
  t: 'stopped',
  Z: 'zombie',
  X: 'dead',
  x: 'dead',
}

export function processState(letter: string): ProcessState {
  return LETTERS[letter] ?? 'unknown'
}
