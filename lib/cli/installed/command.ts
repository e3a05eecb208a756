import type { Command, Options } from '../command.ts'

const OPTIONS: Options = { json: { doc: 'print JSON, for programs' } }

export const PLUGINS_COMMAND: Command = {
  words: ['plugins'],
  summary: 'list the beats, outputs and processors that beat.yml can name',
  details: `Lists those that come with the agent, those that beat.yml names by a path or a package, and the
packages in node_modules that have sealbeat among their peerDependencies: with version, place, where
beat.yml names them, and what they declare with their default settings. Imports all of them. One
that can't be loaded is listed with the reason, and the exit code is 1. Needs no beat.yml.`,
  options: OPTIONS,
  withoutCredentials: true,
  load: async () => (await import('./plugins.ts')).plugins,
}

export const VERSION_COMMAND: Command = {
  words: ['version'],
  summary: 'print the version',
  options: OPTIONS,
  load: async () => (await import('./version.ts')).version,
}
