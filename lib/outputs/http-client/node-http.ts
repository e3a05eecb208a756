import type * as Http from 'node:http'
import { createRequire } from 'node:module'

/** Required: under --jitless, Node 22 ends with an uncaught error where an ES module imports it. */
export const http: typeof Http = createRequire(import.meta.url)('node:http')
