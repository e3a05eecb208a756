import type { ProcessorType } from '../processor.ts'

/** The processors of the framework. Each is imported only when it is needed. */
const BUILTIN_PROCESSORS: Readonly<Record<string, () => Promise<ProcessorType>>> = {
  add_fields: async () => (await import('./add/add-fields.ts')).default,
  add_host_metadata: async () => (await import('./add/add-host-metadata.ts')).default,
  add_id: async () => (await import('./add/add-id.ts')).default,
  add_locale: async () => (await import('./add/add-locale.ts')).default,
  add_process_metadata: async () => (await import('./add/add-process-metadata.ts')).default,
  add_tags: async () => (await import('./add/add-tags.ts')).default,
  convert: async () => (await import('./change/convert.ts')).default,
  copy_fields: async () => (await import('./change/copy-fields.ts')).default,
  decode_base64_field: async () => (await import('./decode/decode-base64-field.ts')).default,
  decode_csv_fields: async () => (await import('./decode/decode-csv-fields.ts')).default,
  decode_json_fields: async () => (await import('./decode/decode-json-fields.ts')).default,
  dissect: async () => (await import('./decode/dissect.ts')).default,
  drop_event: async () => (await import('./drop/drop-event.ts')).default,
  drop_fields: async () => (await import('./drop/drop-fields.ts')).default,
  extract_array: async () => (await import('./change/extract-array.ts')).default,
  fingerprint: async () => (await import('./change/fingerprint.ts')).default,
  include_fields: async () => (await import('./drop/include-fields.ts')).default,
  move_fields: async () => (await import('./change/move-fields.ts')).default,
  rate_limit: async () => (await import('./drop/rate-limit.ts')).default,
  redact: async () => (await import('./change/redact.ts')).default,
  rename: async () => (await import('./change/rename.ts')).default,
  replace: async () => (await import('./change/replace.ts')).default,
  timestamp: async () => (await import('./decode/timestamp.ts')).default,
  truncate_fields: async () => (await import('./change/truncate-fields.ts')).default,
  urldecode: async () => (await import('./decode/urldecode.ts')).default,
}

/** For `did you mean` suggestions. */
export const BUILTIN_PROCESSOR_NAMES: readonly string[] = Object.keys(BUILTIN_PROCESSORS)

/** A built-in processor; undefined if there is none of this name. */
export async function builtinProcessor(name: string): Promise<ProcessorType | undefined> {
  return Object.hasOwn(BUILTIN_PROCESSORS, name) ? BUILTIN_PROCESSORS[name]?.() : undefined
}
