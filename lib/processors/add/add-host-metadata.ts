import { duration } from '../../config/schema/duration.ts'
import { defineProcessor, type MutableEvent } from '../../processor.ts'
import { type Fields, isMap, keysOf, mergeInto, ownValue } from '../field.ts'
import { hostFields, networkFields } from './host.ts'

interface AddHostMetadataSettings {
  readonly netinfo: { readonly enabled: boolean }
  readonly cache: { readonly ttl: number }
  readonly replace_fields: boolean
  readonly geo: Readonly<Record<string, string>>
}

const geo = (what: string) => ({ doc: `Where the host is: ${what}.`, format: String, default: '' })

/** Adds what is known of the host, with the settings of Beats' processor of this name. */
export default defineProcessor<AddHostMetadataSettings>({
  name: 'add_host_metadata',
  schema: {
    netinfo: {
      enabled: {
        doc: 'Adds the addresses of the host, `host.ip` and `host.mac`. That takes a netlink socket.',
        format: Boolean,
        default: false,
      },
    },
    cache: {
      ttl: {
        doc: 'After how long the host is looked at again. 0: for each event.',
        format: duration,
        default: 300_000,
      },
    },
    replace_fields: {
      doc: 'Fields of `host` that the event has are replaced. Otherwise such an event stays as it is, if it has more than `host.name`.',
      format: Boolean,
      default: true,
    },
    geo: {
      name: geo('a name of its own, such as a rack'),
      location: geo('latitude and longitude, such as 40.7128, -74.0060'),
      continent_name: geo('the continent'),
      country_name: geo('the country'),
      country_iso_code: geo('the ISO code of the country'),
      region_name: geo('the region'),
      region_iso_code: geo('the ISO code of the region'),
      city_name: geo('the city'),
    },
  },
  privileges: ({ netinfo }) =>
    netinfo?.enabled
      ? [{ addressFamily: 'AF_NETLINK', why: 'reads the addresses of the host' }]
      : [],
  open({ settings }) {
    const { netinfo, cache, replace_fields } = settings
    const place = Object.entries(settings.geo).filter(([, value]) => value !== '')
    const read = (): Fields => ({
      ...hostFields(),
      ...(netinfo.enabled && networkFields()),
      ...(place.length > 0 && { geo: Object.fromEntries(place) }),
    })
    let host = read()
    let readAtMs = performance.now()
    return {
      process(event) {
        if (!replace_fields && hasHost(event)) return event
        const nowMs = performance.now()
        if (nowMs - readAtMs >= cache.ttl) {
          host = read()
          readAtMs = nowMs
        }
        return mergeInto(event, { host })
      },
    }
  },
})

/** The name alone is what the agent adds to every event. */
function hasHost(event: MutableEvent): boolean {
  const host = ownValue(event, 'host')
  if (!isMap(host)) return false
  const keys = keysOf(host)
  return keys.length > 1 || (keys.length === 1 && keys[0] !== 'name')
}
