import type { EventMeta } from '../../event.ts'
import type { Route } from '../../output.ts'

/** What the agent adds to each event, as far as events are routed by it. */
const OF_THE_AGENT = {
  agent: { id: 'check', name: 'check', type: 'check', version: '1.0.0' },
  host: { name: 'check' },
  event: { module: 'check' },
}

/** What the agent would keep beside events with these lines: where each goes. */
export function metaOf(
  route: Route | undefined,
  lines: readonly string[],
): readonly (EventMeta | undefined)[] {
  if (route === undefined) return []
  return lines.map(line => {
    const event = { ...OF_THE_AGENT, ...JSON.parse(line) }
    const to = routed(route, field => (field === undefined ? event : valueAt(event, field)))
    return to === undefined ? undefined : { route: to }
  })
}

/** As the agent does it: where it throws or returns no text, the event has no route. */
function routed(route: Route, get: (field?: string) => unknown): string | undefined {
  try {
    const to: unknown = route(get)
    return typeof to === 'string' ? to : undefined
  } catch {
    return undefined
  }
}

function valueAt(event: object, field: string): unknown {
  let value: unknown = event
  for (const key of field.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = Reflect.get(value, key)
  }
  return value
}
