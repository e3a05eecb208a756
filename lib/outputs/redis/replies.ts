// What Redis says of a command, and what that means for its events.

import type { WriteResult } from '../../output.ts'
import type { Command, Commands } from './commands.ts'

/** An error of the server. `text` may repeat the events: it is looked at, never shown. */
export interface Refusal {
  /** `OOM`, `WRONGTYPE`: what Redis begins its errors with. */
  readonly word: string
  readonly text: string
}

/** What a command came to; undefined: the connection was lost before. */
export type Reply = { readonly value: unknown } | { readonly refusal: Refusal } | undefined

/** In words for people, who may not know all of Redis' own. */
const WORDS: Readonly<Record<string, string>> = {
  OOM: 'its memory is used up (maxmemory)',
  LOADING: 'it is still loading its data',
  READONLY: 'it is a replica, which only its master writes to',
  MASTERDOWN: 'it is a replica, and its master is away',
  CLUSTERDOWN: 'its cluster is down',
  BUSY: 'it is busy with a script',
  MISCONF: 'it can not save its data to disk, and takes none until then',
  NOREPLICAS: 'too few replicas are in touch with it (min-replicas-to-write)',
  NOAUTH: 'it wants a password',
  WRONGPASS: 'it knows no such user with this password, or has disabled the user',
  NOPERM: 'the user must not do that, or not with this key',
  WRONGTYPE: 'there is something else than a list',
  MOVED: 'another server of its cluster has the key: Redis Cluster is not supported',
  DENIED:
    'it is in protected mode: it has no password, and takes connections of its own host alone',
}

/** About one key: other keys may do, and another server would say the same. */
const OF_THE_KEY = ['WRONGTYPE', 'NOPERM', 'MOVED', 'ASK', 'TRYAGAIN', 'CROSSSLOT']

export function isOfTheKey({ word }: Refusal): boolean {
  return OF_THE_KEY.includes(word)
}

/** What was refused, without what the server repeats. */
export function wordsOf({ word, text }: Refusal): string {
  const known = WORDS[word]
  if (known !== undefined) return `${known} (${word})`
  if (/^ERR max number of clients/i.test(text)) return 'it has too many clients (maxclients)'
  if (/^ERR unknown command/i.test(text)) return 'it does not know the command'
  if (/^ERR DB index is out of range/i.test(text)) return 'it has no database of this number'
  if (/^ERR (AUTH|Client sent AUTH)/i.test(text)) return 'it takes no password: it has none'
  if (isTooLarge({ word, text })) return 'an event is too large for it (proto-max-bulk-len)'
  return `it refuses that (${word})`
}

/** Only of a server whose limit is far below the default, 512 MB. */
function isTooLarge({ text }: Refusal): boolean {
  return /^ERR Protocol error: invalid (multi)?bulk length/i.test(text)
}

/** The first word, if it is one of Redis': anything else might be of an event. */
export function refusalOf(message: string): Refusal {
  const [word] = /^[A-Z]{2,20}(?=\s|$)/.exec(message) ?? ['ERR']
  return { word, text: message.slice(0, 200) }
}

interface Outcome {
  /** The fate of each event. */
  readonly result: WriteResult
  /** Nothing was taken, because of the state of the server: another one may be in a better one. */
  readonly isForAnother: boolean
}

/**
 * @param isOneKey whether all events have the same key, so that they all have to wait for it
 * @throws Error if an answer makes no sense
 */
export function outcomeOf(
  { commands, rejected }: Commands,
  replies: readonly Reply[],
  isOneKey: boolean,
): Outcome {
  const retry: number[] = []
  const refusals: Refusal[] = []
  let lost = 0
  for (const [at, command] of commands.entries()) {
    const reply = replies[at]
    if (reply === undefined) lost++
    else if ('refusal' in reply) refusals.push(reply.refusal)
    else {
      assertTaken(command, reply.value)
      continue
    }
    retry.push(...command.indices)
  }
  // The server has closed the connection then, and others of the batch may be lost: they are sent again.
  if (refusals.some(isTooLarge)) {
    return { result: { retry: [], reject: [], tooLarge: true }, isForAnother: false }
  }
  retry.sort((a, b) => a - b)
  const isOfServer = refusals.some(each => !isOfTheKey(each))
  const isThrottled = isOfServer || (isOneKey && refusals.length > 0)
  const cause = lost > 0 ? 'lost' : isThrottled ? 'throttled' : undefined
  return {
    result: { retry, reject: rejected, ...(cause && { cause }) },
    isForAnother: isOfServer && refusals.length + lost === commands.length,
  }
}

/** The new length of the list, or how many have got the message: an integer, as it was written. */
function assertTaken({ name, indices }: Command, value: unknown): void {
  const least = name === 'rpush' ? indices.length : 0
  if (typeof value !== 'string' || !/^\d{1,15}$/.test(value) || Number(value) < least) {
    throw new Error('the answer of the server is not one to this command')
  }
}
