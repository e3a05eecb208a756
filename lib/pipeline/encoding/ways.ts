// How the events of one beat become lines: as text where no processor has to see them, or through an object of each.
//
// Many processors do the same to every event: they add a label, or drop what the agent adds. Their work is done
// once, on the constants, and events go by them. An event with a field of its own that such a processor touches
// passes them all.

import type { Event } from '../../event.ts'
import type { Route } from '../../output.ts'
import type { Chain } from '../chain.ts'
import { type Encode, encoderOf } from './encode.ts'
import type { Fields } from './enrichment.ts'
import { ObjectMaker } from './event-object.ts'
import { type MetaOf, metaOf } from './meta.ts'

interface TextWay {
  readonly chain?: undefined
  readonly encode: Encode
  readonly metaOf: MetaOf
}

interface ObjectWay {
  readonly chain: Chain
  readonly objects: ObjectMaker
  readonly metaOf: MetaOf
}

type Way = TextWay | ObjectWay

/** Tells the way of an event, which may be anything. */
export type WayOf = (event: Event) => Way

/** Prepares the ways through a chain that is the same from now on; undefined: no chain. */
export type WaysThrough = (chain: Chain | undefined) => WayOf

export function waysOf(constants: Fields, route: Route | undefined): WaysThrough {
  const way = (own: Fields, chain: Chain | undefined): Way => {
    const encode = encoderOf(own)
    if (chain === undefined) return { encode, metaOf: metaOf(own, route) }
    const objects = new ObjectMaker(own, encode, chain.touches)
    return { chain, objects, metaOf: metaOf(objects.outside, route) }
  }
  const plain = way(constants, undefined)
  return chain => {
    if (chain === undefined) return () => plain
    const all = way(constants, chain)
    const ahead = chain.ahead?.(constants)
    if (ahead === undefined) return () => all
    const less = way(ahead.constants, ahead.chain)
    return event => (hasOneOf(ahead.keys, event) ? all : less)
  }
}

function hasOneOf(keys: ReadonlySet<string>, event: unknown): boolean {
  if (typeof event !== 'object' || event === null) return false
  for (const key of keys) if (key in event) return true
  return false
}
