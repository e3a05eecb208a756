import type { Command } from '../command.ts'

const CONFIG: Command = {
  words: ['export', 'config'],
  summary: 'print the configuration in effect, each value with where it is from',
  details: `Merges the files and -E, puts in the variables and the defaults of the agent and of the plugins
that are used, and prints YAML. Behind each value stands what it is from: the file with line and
column or the option, and variables; or "default". Secrets are not shown.`,
  options: {},
  withoutCredentials: true,
  load: async () => (await import('./export-config.ts')).exportConfig,
}

const SCHEMA: Command = {
  words: ['export', 'schema'],
  summary: 'print a JSON Schema of beat.yml, for editors',
  details: `Covers the agent, and the plugins that sealbeat plugins lists: keys, types, words, defaults and what
they are for. For a plugin that can't be loaded it takes any settings, and warns. In the first line
of beat.yml, # yaml-language-server: $schema=beat.schema.json names the file that you have put it
in. Write it again once other plugins or versions are installed. Needs no beat.yml.`,
  options: {},
  withoutCredentials: true,
  load: async () => (await import('./export-schema.ts')).exportSchema,
}

export const EXPORT_COMMANDS: readonly Command[] = [CONFIG, SCHEMA]
