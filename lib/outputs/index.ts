// `sealbeat/outputs`: what the outputs that connect have in common, for outputs of other packages.

export { Recurring } from '../backoff.ts'
export { type Address, addressesFormat, parseAddress } from './connection/addresses.ts'
export {
  ConnectionError,
  connectionError,
  type FailedPeer,
} from './connection/failures.ts'
export { HostPool } from './connection/host-pool.ts'
export { openSocket, type TlsOptions } from './connection/open-socket.ts'
export { reached } from './connection/reached.ts'
export {
  closedError,
  type SharedConnection,
  SharedConnections,
} from './connection/shared-connections.ts'
export { connectionSteps, step } from './connection/steps.ts'
export { linesOf } from './lines.ts'
export { compileFormat } from './routing/format-string.ts'
export { selector } from './routing/selector.ts'
export { sslChoiceProblems } from './tls/choice.ts'
export { Credentials } from './tls/credentials.ts'
export { type SslSettings, sslSchema } from './tls/ssl-settings.ts'
