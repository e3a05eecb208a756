import type { Command } from '../command.ts'

/** The light half of `setup`. */
export const SETUP_COMMAND: Command = {
  words: ['setup'],
  summary: 'make at the server of the output what its first event needs',
  details: `For elasticsearch: an index template for the indices that the output names, with the types of
the fields that the configured beats publish, for a data stream. First confines itself as the
agent would be, with no more than the output needs. Made twice, it changes nothing. What
somebody else has made under that name is left alone, and the exit code is 1.`,
  options: {
    print: { doc: 'print what would be made, as JSON, and make nothing' },
    indices: { doc: 'a template for ordinary indices, not for a data stream' },
  },
  confinesItself: true,
  load: async () => (await import('./setup.ts')).setup,
}
