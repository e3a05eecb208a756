// Answers that refuse a request as a whole, and are not about its events: what to say, and what to do about it.

import type { FailedPeer } from '../connection/failures.ts'
import { type HttpAnswer, shown } from './client.ts'

interface Words {
  readonly found: string
  readonly hint: string
}

/** nginx, Go and Apache, to a request without TLS. */
const TLS_WANTED =
  /plain HTTP request was sent to HTTPS port|HTTP request to an HTTPS server|plain HTTP to an SSL-enabled/i

/** Whether the port expects TLS: then 400 says nothing of the events. */
export function wantsTls({ status, body }: HttpAnswer): boolean {
  return status === 400 && TLS_WANTED.test(body.toString('latin1'))
}

export function tlsWanted({ port }: Pick<FailedPeer, 'port'>): Words {
  return { found: `port ${port} expects TLS`, hint: 'write https:// for http://' }
}

/** @param credential what to do if the server does not know who asks, or what it may */
export function refusalOf(answer: HttpAnswer, peer: FailedPeer, credential: string): Words {
  const { status, headers } = answer
  const say = (found: string, hint: string) => ({ found: `${found} (HTTP ${status})`, hint })
  if (wantsTls(answer)) return tlsWanted(peer)
  if (status === 401) return say('the server does not know who this is', credential)
  if (status === 403) return say('the server does not permit that', credential)
  if (status === 404 || status === 405) {
    return say('the server has nothing at this path', 'check the path, and the port')
  }
  if (status >= 300 && status < 400) {
    const location = shown(headers.location ?? 'nowhere')
    return say(`the server redirects to ${location}`, 'write that address: it is not followed')
  }
  if (status === 407) return say('the proxy wants a name and a password', 'set them in proxy_url')
  if (status === 429 || status >= 500) {
    return say('the server is in no state to take events', 'its log may say more')
  }
  return say('the server refuses the request', 'its log may say more')
}
