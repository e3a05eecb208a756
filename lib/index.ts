export type { Beat, Context, OpenContext, StateStore } from './beat.ts'
export { defineBeat } from './beat.ts'
export { bytes, bytesFrom } from './config/schema/bytes.ts'
export { duration, durationFrom } from './config/schema/duration.ts'
export { fileMode } from './config/schema/file-mode.ts'
export { defineFormat, type Format, integer, listOf, oneOf, text } from './config/schema/formats.ts'
export { AgentError, type ErrorCode, type Problem } from './errors.ts'
export type {
  Event,
  EventMeta,
  FieldType,
  FieldTypes,
  LinePublisher,
  Receipt,
  ReceiptCounts,
} from './event.ts'
export {
  type Batch,
  type DeliverySettings,
  defineOutput,
  type Output,
  type OutputContext,
  type OutputTestStep,
  type OutputType,
  type Rejection,
  type Route,
  type SetupAbout,
  type SetupItem,
  WRITTEN,
  type WriteCall,
  type WriteResult,
} from './output.ts'
export type { Plugin, Privilege, SettingProblem, SyscallNeed } from './plugin.ts'
export {
  defineProcessor,
  type MutableEvent,
  type Processor,
  type ProcessorContext,
  type ProcessorType,
} from './processor.ts'
export { retryAfterMs } from './retry-after.ts'
export { Watermark } from './watermark.ts'
