import type { ProcessorType } from '../processor.ts'

type Load = () => Promise<{ readonly default: ProcessorType }>

/** The processors of the framework. Each is imported only when it is needed. */
const BUILTIN_PROCESSORS: Readonly<Record<string, Load>> = {
  add_fields: () => import('./add/add-fields.ts'),
  add_host_metadata: () => import('./add/add-host-metadata.ts'),
  add_id: () => import('./add/add-id.ts'),
  add_locale: () => import('./add/add-locale.ts'),
  add_process_metadata: () => import('./add/add-process-metadata.ts'),
  add_tags: () => import('./add/add-tags.ts'),
  convert: () => import('./change/convert.ts'),
  copy_fields: () => import('./change/copy-fields.ts'),
  decode_base64_field: () => import('./decode/decode-base64-field.ts'),
  decode_csv_fields: () => import('./decode/decode-csv-fields.ts'),
  decode_json_fields: () => import('./decode/decode-json-fields.ts'),
  dissect: () => import('./decode/dissect.ts'),
  drop_event: () => import('./drop/drop-event.ts'),
  drop_fields: () => import('./drop/drop-fields.ts'),
  extract_array: () => import('./change/extract-array.ts'),
  fingerprint: () => import('./change/fingerprint.ts'),
  include_fields: () => import('./drop/include-fields.ts'),
  move_fields: () => import('./change/move-fields.ts'),
  rate_limit: () => import('./drop/rate-limit.ts'),
  redact: () => import('./change/redact.ts'),
  rename: () => import('./change/rename.ts'),
  timestamp: () => import('./decode/timestamp.ts'),
  truncate_fields: () => import('./change/truncate-fields.ts'),
  urldecode: () => import('./decode/urldecode.ts'),
}

/** For `did you mean` suggestions. */
export const BUILTIN_PROCESSOR_NAMES: readonly string[] = Object.keys(BUILTIN_PROCESSORS)

/** A built-in processor; undefined if there is none of this name. */
export async function builtinProcessor(name: string): Promise<ProcessorType | undefined> {
  const load = Object.hasOwn(BUILTIN_PROCESSORS, name) ? BUILTIN_PROCESSORS[name] : undefined
  return load && (await load()).default
}
