// What an event says of where it comes from: agent, cloud, container, host, orchestrator and service, but not the
// numbers in them. Numbers such as `host.cpu.usage` are measured: with them, each event would have a resource of its
// own.

import { type Attributes, type Fields, isMap } from './attributes.ts'

const RESOURCE = ['agent', 'cloud', 'container', 'host', 'orchestrator', 'service']

/** Whether a field says who has made an event, and not what has happened. */
export function isOfResource(key: string, value: unknown): boolean {
  return RESOURCE.includes(key) && isMap(value)
}

/**
 * The attributes of the resource of an event, as text.
 *
 * @throws RangeError if the fields are nested too deeply
 */
export function resourceOf(event: Fields, serviceName: string, attributes: Attributes): string {
  attributes.begin()
  for (const key in event) {
    if (isOfResource(key, event[key])) attributes.add(key, event[key], 'others')
  }
  if (!attributes.has('service.name')) attributes.add('service.name', serviceName, 'all')
  return attributes.end()
}

/** Whether two events say the same of it, which is sooner seen than its text is made. */
export function haveOneResource(event: Fields, other: Fields): boolean {
  return RESOURCE.every(key => {
    const [own, its] = [event[key], other[key]]
    return own === its || (isMap(own) ? isMap(its) && sayTheSame(own, its) : !isMap(its))
  })
}

/** Apart from numbers. */
function sayTheSame(own: Fields, its: Fields): boolean {
  let more = 0
  for (const key in own) {
    const [value, other] = [own[key], its[key]]
    if (typeof value === 'number') continue
    more++
    if (value === other) continue
    const isSame = isMap(value)
      ? isMap(other) && sayTheSame(value, other)
      : Array.isArray(value) && JSON.stringify(value) === JSON.stringify(other)
    if (!isSame) return false
  }
  for (const key in its) if (typeof its[key] !== 'number') more--
  return more === 0
}
