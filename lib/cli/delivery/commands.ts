import type { Command, Options } from '../command.ts'

const OUTPUT_OPTION: Options = {
  output: { value: 'NAME', doc: 'only the events of this output' },
}

/** What to do about events that are on their way, or that their output has refused. */
export const DELIVERY_COMMANDS: readonly Command[] = [
  {
    words: ['queue', 'inspect'],
    summary: 'show what the queue on the disk holds, and whether it is sound',
    details: `Reads the folder of queue.disk and changes nothing, also while the agent runs: for each segment its
events, those that wait, its size and times; the position; what is damaged, and what was set aside.
Exits with 1 if there is damage, which the agent mends by itself when it reads it.`,
    options: { json: { doc: 'print JSON, for programs' } },
    withoutCredentials: true,
    load: async () => (await import('./queue-inspect.ts')).queueInspect,
  },
  {
    words: ['dead-letter', 'list'],
    summary: 'show which events the output has refused for good, and why',
    details: `Prints for each reason how many events there are, from when to when. With --json, every entry as it
is stored: time, output, reason, status, attempts, meta and the event.`,
    options: { ...OUTPUT_OPTION, json: { doc: 'print JSON, for programs' } },
    withoutCredentials: true,
    load: async () => (await import('./dead-letter/list.ts')).deadLetterList,
  },
  {
    words: ['dead-letter', 'replay'],
    summary: 'send the events of the dead letter again',
    details: `Hands the events to the running agent, which sends them within seconds, or else to the next start.
What the output refuses once more is in the dead letter once more.`,
    options: OUTPUT_OPTION,
    withoutCredentials: true,
    load: async () => (await import('./dead-letter/replay.ts')).deadLetterReplay,
  },
  {
    words: ['dead-letter', 'drop'],
    summary: 'remove the events of the dead letter for good',
    options: { ...OUTPUT_OPTION, yes: { doc: 'really remove them' } },
    withoutCredentials: true,
    load: async () => (await import('./dead-letter/drop.ts')).deadLetterDrop,
  },
]
