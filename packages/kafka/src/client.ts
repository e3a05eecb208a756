// The client library of Kafka, of which only the formats are used: what is asked and answered, records, compression,
// SASL. Connections are the framework's own, so that `ssl`, deadlines and messages are as in every other output.

/** Everything that it exports. */
export type Client = typeof import('@platformatic/kafka')

/** It takes most of a second: only where it is needed. */
export function importClient(): Promise<Client> {
  return import('@platformatic/kafka')
}
