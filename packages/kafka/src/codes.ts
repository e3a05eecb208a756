// The error codes of Kafka, as far as they mean something for events or for people.

/** What becomes of the events that a partition has not taken. */
type Fate =
  /** It is a fault of one of them: they are sent again in parts, and the one that is left is given up. */
  | 'divided'
  /** Another broker has the partition by now, or will. */
  | 'moved'
  /** Not now. */
  | 'waits'

interface Meaning {
  readonly name: string
  /** In words, about a topic: `topic "x": …`. */
  readonly words: string
  readonly fate: Fate
}

export const NONE = 0

const MEANINGS: Readonly<Record<number, Meaning>> = {
  3: { name: 'UNKNOWN_TOPIC_OR_PARTITION', words: 'the brokers have no such topic', fate: 'moved' },
  5: { name: 'LEADER_NOT_AVAILABLE', words: 'a partition has no leader now', fate: 'moved' },
  6: { name: 'NOT_LEADER_OR_FOLLOWER', words: 'another broker leads a partition', fate: 'moved' },
  7: { name: 'REQUEST_TIMED_OUT', words: 'replicas have not answered in time', fate: 'waits' },
  10: { name: 'MESSAGE_TOO_LARGE', words: 'it is larger than the topic takes', fate: 'divided' },
  17: { name: 'INVALID_TOPIC_EXCEPTION', words: 'it is no name of a topic', fate: 'waits' },
  18: {
    name: 'RECORD_LIST_TOO_LARGE',
    words: 'it is larger than a segment of the topic',
    fate: 'divided',
  },
  19: {
    name: 'NOT_ENOUGH_REPLICAS',
    words: 'fewer replicas are in sync than min.insync.replicas wants',
    fate: 'waits',
  },
  20: {
    name: 'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
    words: 'fewer replicas are in sync than min.insync.replicas wants',
    fate: 'waits',
  },
  29: {
    name: 'TOPIC_AUTHORIZATION_FAILED',
    words: 'the user must not write to it',
    fate: 'waits',
  },
  31: {
    name: 'CLUSTER_AUTHORIZATION_FAILED',
    words: 'the user must not use the cluster',
    fate: 'waits',
  },
  32: {
    name: 'INVALID_TIMESTAMP',
    words: 'its time is further off than the topic takes',
    fate: 'divided',
  },
  33: {
    name: 'UNSUPPORTED_SASL_MECHANISM',
    words: 'the broker does not offer this sasl.mechanism',
    fate: 'waits',
  },
  34: { name: 'ILLEGAL_SASL_STATE', words: 'the broker wants no SASL here', fate: 'waits' },
  44: { name: 'POLICY_VIOLATION', words: 'a policy of the cluster forbids it', fate: 'waits' },
  56: { name: 'KAFKA_STORAGE_ERROR', words: 'a broker can not write to its disk', fate: 'moved' },
  58: {
    name: 'SASL_AUTHENTICATION_FAILED',
    words: 'the broker knows no such user with this password',
    fate: 'waits',
  },
  74: { name: 'FENCED_LEADER_EPOCH', words: 'another broker leads a partition', fate: 'moved' },
  75: { name: 'UNKNOWN_LEADER_EPOCH', words: 'another broker leads a partition', fate: 'moved' },
  87: { name: 'INVALID_RECORD', words: 'the topic does not take it as it is', fate: 'divided' },
}

export function fateOf(code: number): Fate {
  return MEANINGS[code]?.fate ?? 'waits'
}

/** `the user must not write to it (TOPIC_AUTHORIZATION_FAILED)`; nothing that a broker has written itself. */
export function wordsOf(code: number): string {
  const known = MEANINGS[code]
  return known === undefined ? `the broker refuses it (${code})` : `${known.words} (${known.name})`
}
