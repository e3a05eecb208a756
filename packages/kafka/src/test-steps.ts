// What `test output` asks each broker of the settings: who we are to it, what it speaks, and whether it has the topic.

import type { OutputContext, OutputTestStep } from 'sealbeat'
import { connectionSteps, type FailedPeer, step } from 'sealbeat/outputs'
import { isReachable, metadataOf } from './cluster.ts'
import { NONE, wordsOf } from './codes.ts'
import { constantTopicOf } from './messages.ts'
import { Session, type SessionOptions } from './session.ts'
import { sessionOptions } from './session-options.ts'
import { bootstrapOf, type KafkaSettings } from './settings.ts'

/** More brokers are not named one by one. */
const MAX_SHOWN = 10

export async function* testSteps(
  context: OutputContext<KafkaSettings>,
  signal: AbortSignal,
): AsyncGenerator<OutputTestStep> {
  const { options, tls } = await sessionOptions(context)
  for (const peer of bootstrapOf(context.settings)) {
    const socket = yield* connectionSteps(peer, tls, signal)
    if (socket === undefined) continue
    try {
      const greet = (deadline: AbortSignal) => Session.greet(socket, peer, options, deadline)
      const session = yield* step(peer, 'version', signal, greet, each => each.speaks)
      if (session === undefined) continue
      yield* brokerSteps(session, peer, context.settings, options, signal)
    } finally {
      socket.destroy()
    }
  }
}

async function* brokerSteps(
  session: Session,
  peer: FailedPeer,
  settings: KafkaSettings,
  options: SessionOptions,
  signal: AbortSignal,
): AsyncGenerator<OutputTestStep> {
  const topic = constantTopicOf(settings)
  const ask = (deadline: AbortSignal) =>
    metadataOf(
      session,
      options,
      { names: topic === undefined ? [] : [topic], creates: false },
      deadline,
    )
  // Who wants a user closes the connection with the first request.
  const authenticate = async (deadline: AbortSignal) => {
    await session.authenticate(options, deadline)
    return ask(deadline)
  }
  const say = () =>
    settings.username === '' ? 'takes requests without a user' : settings.sasl.mechanism
  const known = yield* step(peer, 'authenticate', signal, authenticate, say)
  if (known === undefined) return
  const { brokers, topics } = known
  const names = brokers.filter(isReachable).map(({ host, port }) => `${host}:${port}`)
  const at = { peer: peer.title }
  yield { ...at, step: 'brokers', found: names.slice(0, MAX_SHOWN).join(', ') }
  const [found] = topics
  if (found === undefined) return
  if (found.errorCode === NONE) {
    const { length } = found.partitions
    yield { ...at, step: 'topic', found: `${topic}, ${length} partition${length === 1 ? '' : 's'}` }
  } else {
    yield {
      ...{ ...at, step: 'topic', found: `${topic}: ${wordsOf(found.errorCode)}` },
      hint: 'make it, or check topic, and what the user may do; brokers with auto.create.topics.enable make it with the first event',
    }
  }
}
