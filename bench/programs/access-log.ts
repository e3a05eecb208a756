// The events of the beats that measure the pipeline.
import type { Event } from '../../lib/event.ts'

/** Events as of a web server's access log, each of about 190 bytes of JSON before the agent adds its own. */
export function accessLog(count: number): readonly Event[] {
  return Array.from({ length: count }, (_, at) => ({
    message: `10.0.${at % 200}.${at % 250} "GET /articles/${at % 1000} HTTP/1.1" 200 "Mozilla/5.0 (X11)"`,
    http: {
      version: '1.1',
      request: { method: 'GET' },
      response: { status_code: 200, body: { bytes: 5123 } },
    },
  }))
}
