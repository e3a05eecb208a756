import type { WriteCall, WriteResult } from '../../output.ts'
import type { Messages } from './messages.ts'

/** A server of syslog, by whatever protocol. */
export interface SyslogPeer {
  /** @throws Error if nothing is known of any of the messages */
  write(messages: Messages, call: WriteCall): Promise<WriteResult>
  close(): Promise<void>
}
