import output from '../../../packages/kafka/src/index.ts'
import type { KafkaSettings } from '../../../packages/kafka/src/settings.ts'
import { settingsOf as parsed } from '../batch.ts'

export type Written = { readonly [key in keyof KafkaSettings]?: unknown }

export function settingsOf(written: Written): KafkaSettings {
  return parsed(output, { hosts: ['kafka.example'], ...written })
}
