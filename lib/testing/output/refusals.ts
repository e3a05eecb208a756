import type { OutputPeer } from './peer.ts'
import { lineOf, type Trial } from './trial.ts'

type Fate = 'confirmed' | 'retry' | 'reject'

/** An event's line, and the fate that it has to get. */
interface Expected {
  readonly line: string
  readonly fate: Fate
}

const WORDS: Readonly<Record<Fate, string>> = {
  confirmed: 'that the peer takes',
  retry: 'that the peer refuses for now',
  reject: 'that the peer refuses for ever',
}

/** Batches of which the peer refuses a part, which has to be told from the rest. */
export async function checkRefusals(
  trial: Trial,
  refuses: OutputPeer['refuses'] = {},
): Promise<readonly string[]> {
  const refused = expectedOf(refuses)
  if (refused.length === 0) return []
  const taken = (): Expected => ({ line: trial.line(), fate: 'confirmed' })
  const batches = [
    ...refused.map(each => [each]),
    [taken(), ...refused.flatMap(each => [each, taken()])],
    [...refused, taken(), taken(), ...refused],
  ]
  const found: string[] = []
  for (const batch of batches) found.push(...(await checkFates(trial, batch)))
  return found
}

/** Several writes at once, with different fates: what every output has to bear that is not ordered. */
export async function checkConcurrency(
  trial: Trial,
  refuses: OutputPeer['refuses'] = {},
): Promise<readonly string[]> {
  const taken = (): Expected => ({ line: trial.line(), fate: 'confirmed' })
  const batches = [
    [taken()],
    [taken(), ...expectedOf(refuses), taken()],
    [taken(), taken(), taken()],
  ]
  const found = await Promise.all(batches.map(batch => checkFates(trial, batch)))
  return found.flat().map(finding => `several writes at once: ${finding}`)
}

function expectedOf({ retry = [], reject = [] }: NonNullable<OutputPeer['refuses']>) {
  return [
    ...retry.map((event): Expected => ({ line: lineOf(event), fate: 'retry' })),
    ...reject.map((event): Expected => ({ line: lineOf(event), fate: 'reject' })),
  ]
}

async function checkFates(trial: Trial, events: readonly Expected[]): Promise<readonly string[]> {
  const batch = trial.batchOf(events.map(({ line }) => line))
  const { findings, error, tooLarge, retry, reject } = await trial.write(batch)
  if (findings.length > 0) return findings
  if (error !== undefined) {
    return [`write must return the fate of each event of a batch that is refused in part: ${error}`]
  }
  if (tooLarge && events.length > 1) {
    // As the agent does it.
    const half = Math.ceil(events.length / 2)
    const first = await checkFates(trial, events.slice(0, half))
    return [...first, ...(await checkFates(trial, events.slice(half)))]
  }
  const isRejected = (index: number) => tooLarge || reject.includes(index)
  const fateOf = (index: number): Fate =>
    retry.includes(index) ? 'retry' : isRejected(index) ? 'reject' : 'confirmed'
  return events.flatMap(({ fate }, index) => {
    const given = fateOf(index)
    return given === fate ? [] : [`an event ${WORDS[fate]} gets "${given}", not "${fate}"`]
  })
}
