import type { Command } from '../command.ts'

export const EXPORT_COMMAND: Command = {
  words: ['export', 'config'],
  summary: 'print the configuration in effect, each value with where it is from',
  details: `Merges the files and -E, puts in the variables and the defaults of the agent and of the plugins
that are used, and prints YAML. Behind each value stands what it is from: the file with line and
column or the option, and variables; or "default". Secrets are not shown.`,
  options: {},
  withoutCredentials: true,
  load: async () => (await import('./export-config.ts')).exportConfig,
}
